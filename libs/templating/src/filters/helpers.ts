import { TemplateRuntimeError } from '../errors.ts';
import { getItem } from '../runtime/attributes.ts';
import { charge } from '../runtime/budget.ts';
import type { NativeFunction } from '../runtime/callable.ts';
import type { Render } from '../runtime/render.ts';
import { bindArguments, type Keywords } from '../runtime/signature.ts';
import { hashKey } from '../values/dict.ts';
import { iterate } from '../values/sequence.ts';
import { str } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import { Markup, PyIterator, textOf, type Value } from '../values/types.ts';

/** Text of a value that stays Markup if it is: Jinja2's `soft_str`. */
export function softText(value: Value): string | Markup {
  return typeof value === 'string' || value instanceof Markup ? value : str(value);
}

/** Applies a text function and keeps Markup Markup. */
export function onText(value: Value, convert: (text: string) => string): Value {
  const text = softText(value);
  return text instanceof Markup ? new Markup(convert(text.text)) : convert(text);
}

/** Strings compare without regard to case. */
export function ignoreCase(value: Value): Value {
  if (typeof value === 'string') return value.toLowerCase();
  return value instanceof Markup ? new Markup(value.text.toLowerCase()) : value;
}

export type Getter = (item: Value) => Value;

function pathParts(attribute: Value): Value[] {
  if (attribute === null) return [];
  const text = textOf(attribute);
  if (text === undefined) return [attribute];
  return text.split('.').map((part) => (/^\p{Nd}+$/u.test(part) ? Number(part) : part));
}

/** Reads a dotted path (`author.name`, `0.id`) off each item. */
export function attributeGetter(
  render: Render,
  attribute: Value,
  options: { convert?: ((value: Value) => Value) | undefined; fallback?: Value } = {},
): Getter {
  const parts = pathParts(attribute);
  const { convert, fallback = null } = options;
  return (item) => {
    charge(parts.length);
    let value = item;
    for (const part of parts) {
      value = getItem(render, value, part);
      if (fallback !== null && value instanceof Undefined) value = fallback;
    }
    return convert ? convert(value) : value;
  };
}

/** As `attributeGetter` for several paths separated by commas; the values come as a list. */
export function multiGetter(
  render: Render,
  attribute: Value,
  convert?: (value: Value) => Value,
): (item: Value) => Value[] {
  const text = textOf(attribute);
  const getters = (text === undefined ? [attribute] : text.split(',')).map((part) =>
    attributeGetter(render, part, { convert }),
  );
  return (item) => getters.map((getter) => getter(item));
}

/** A lazy iterable; nothing runs, and nothing fails, before its first item is asked for. */
export function lazy(generate: () => Generator<Value, undefined>): PyIterator {
  return new PyIterator(generate());
}

/** The items of an iterable one by one, counted. */
export function* each(value: Value): Generator<Value, undefined> {
  const iterator = iterate(value);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    charge(1);
    yield step.value;
  }
  return undefined;
}

/** Calls a filter or test by name, as `map`, `select` and their relatives do. */
export function namedFunction(
  render: Render,
  kind: 'filter' | 'test',
  name: Value,
  rest: { positional: readonly Value[]; keywords: Keywords },
): (item: Value) => Value {
  let fn: NativeFunction | undefined;
  return (item) => {
    // Jinja2 too asks for it with the first item: where there is none, nobody misses it.
    fn ??= findFunction(render, kind, name);
    charge(fn.cost);
    return fn.body(render, ...bindArguments(fn.signature, [item, ...rest.positional], rest.keywords));
  };
}

function findFunction(render: Render, kind: 'filter' | 'test', name: Value): NativeFunction {
  hashKey(name);
  const text = textOf(name);
  const found =
    text === undefined ? undefined : render.options[kind === 'filter' ? 'filters' : 'tests'].get(text);
  if (found) return found;
  let message = `No ${kind} named ${text === undefined ? str(name) : `'${text}'`}.`;
  if (name instanceof Undefined) message += ` (${name.message}; did you forget to quote the callable name?)`;
  throw new TemplateRuntimeError(message);
}

/** The keyword arguments that a signature with `**kwargs` collected. */
export function keywordMap(dict: { entries(): Iterable<[Value, Value]> }): Map<string, Value> {
  return new Map([...dict.entries()].map(([key, value]) => [key as string, value]));
}
