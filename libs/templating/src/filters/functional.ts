import { FilterArgumentError } from '../errors.ts';
import { contextual } from '../runtime/callable.ts';
import type { Render } from '../runtime/render.ts';
import { truthy } from '../values/compare.ts';
import type { PyDict } from '../values/dict.ts';
import { repr } from '../values/text.ts';
import type { Value } from '../values/types.ts';
import { attributeGetter, each, keywordMap, lazy, namedFunction, type Getter } from './helpers.ts';

function mapper(render: Render, args: Value[], kwargs: PyDict): Getter {
  const keywords = keywordMap(kwargs);
  const attribute = keywords.get('attribute');
  if (args.length === 0 && attribute !== undefined) {
    const fallback = keywords.get('default') ?? null;
    keywords.delete('attribute');
    keywords.delete('default');
    const [unexpected] = keywords.keys();
    if (unexpected !== undefined)
      throw new FilterArgumentError(`Unexpected keyword argument ${repr(unexpected)}`);
    return attributeGetter(render, attribute, { fallback });
  }
  const [name, ...positional] = args;
  if (name === undefined) throw new FilterArgumentError('map requires a filter argument');
  return namedFunction(render, 'filter', name, { positional, keywords });
}

function condition(render: Render, args: Value[], kwargs: PyDict, byAttribute: boolean): Getter {
  let rest = args;
  let getter: Getter = (item) => item;
  if (byAttribute) {
    const [attribute, ...others] = args;
    if (attribute === undefined) throw new FilterArgumentError('Missing parameter for attribute name');
    getter = attributeGetter(render, attribute);
    rest = others;
  }
  const [name, ...positional] = rest;
  if (name === undefined) return getter;
  const test = namedFunction(render, 'test', name, { positional, keywords: keywordMap(kwargs) });
  return (item) => test(getter(item));
}

function chooser(name: string, keep: boolean, byAttribute: boolean) {
  return contextual(
    `${name}(value, *args, **kwargs)`,
    (render, value: Value, args: Value[], kwargs: PyDict) =>
      lazy(function* () {
        if (!truthy(value)) return undefined;
        const test = condition(render, args, kwargs, byAttribute);
        for (const item of each(value)) if (truthy(test(item)) === keep) yield item;
        return undefined;
      }),
  );
}

export const functionalFilters = [
  contextual('map(value, *args, **kwargs)', (render, value: Value, args: Value[], kwargs: PyDict) =>
    lazy(function* () {
      if (!truthy(value)) return undefined;
      const convert = mapper(render, args, kwargs);
      for (const item of each(value)) yield convert(item);
      return undefined;
    }),
  ),
  chooser('select', true, false),
  chooser('reject', false, false),
  chooser('selectattr', true, true),
  chooser('rejectattr', false, true),
];

// A generator, and a filter found by its name, take longer than a plain call.
for (const filter of functionalFilters) filter.cost = 6;
