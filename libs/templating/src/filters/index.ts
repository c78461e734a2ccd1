import { native, type NativeFunction } from '../runtime/callable.ts';
import { filterJson } from '../json/write.ts';
import { JsonMarkup, type Value } from '../values/types.ts';
import { functionalFilters } from './functional.ts';
import { numberFilters } from './numbers.ts';
import { pformat } from './pprint.ts';
import { sequenceFilters } from './sequences.ts';
import { textFilters } from './text.ts';
import { urlizeFilter } from './urlize.ts';
import { wordwrapFilter } from './wordwrap.ts';

const aliases: Record<string, string> = { e: 'escape', d: 'default' };

/** Jinja2's own 54 filters by name. */
export function builtinFilters(): Map<string, NativeFunction> {
  const filters = new Map<string, NativeFunction>();
  for (const filter of [
    ...textFilters,
    ...sequenceFilters,
    ...functionalFilters,
    ...numberFilters,
    urlizeFilter,
    wordwrapFilter,
    native(
      'tojson(value, indent=None)',
      (_r, value: Value, indent: Value) => new JsonMarkup(filterJson(value, indent), value),
    ),
    native('pprint(value)', (_r, value: Value) => pformat(value)),
  ]) {
    filters.set(filter.signature.name, filter);
  }
  for (const [alias, name] of Object.entries(aliases))
    filters.set(alias, filters.get(name) as NativeFunction);
  return filters;
}
