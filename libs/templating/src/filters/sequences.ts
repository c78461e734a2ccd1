import { FilterArgumentError, PythonError, typeError } from '../errors.ts';
import { forbidden, attributeOf, getAttribute } from '../runtime/attributes.ts';
import { indexArgument } from '../methods/arguments.ts';
import { charge, checkListLength } from '../runtime/budget.ts';
import { contextual, native } from '../runtime/callable.ts';
import type { Render } from '../runtime/render.ts';
import { PyBytes } from '../values/bytes.ts';
import { compare, equals, sortBy, truthy } from '../values/compare.ts';
import { DictView, PyDict, hashKey } from '../values/dict.ts';
import { floorDivide } from '../values/numbers.ts';
import { add } from '../values/operators.ts';
import { PyRange, indexValue, iterate, lengthOf, toArray, toList } from '../values/sequence.ts';
import { subscript } from '../values/index-lookup.ts';
import { Undefined } from '../values/undefined.ts';
import {
  GroupTuple,
  Markup,
  PyIterator,
  PyTuple,
  itemsOf,
  textOf,
  typeName,
  type Value,
} from '../values/types.ts';
import { codePoints } from '../values/unicode.ts';
import { attributeGetter, each, ignoreCase, lazy, multiGetter } from './helpers.ts';
import { joinValues } from './text.ts';

const caseRule = (caseSensitive: Value): ((value: Value) => Value) | undefined =>
  truthy(caseSensitive) ? undefined : ignoreCase;

/** The pairs of a dict, for filters that call `.items()` on their value. */
function pairsOf(value: Value): PyTuple[] {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof PyDict)) {
    throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'items'`);
  }
  charge(1 + value.size);
  return [...value.entries()].map((pair) => new PyTuple(pair));
}

/** Python's `sorted` takes nothing but an integer for `reverse`. */
const isReverse = (value: Value): boolean => indexArgument(value) !== 0;

function dictsort(_r: Render, value: Value, caseSensitive: Value, by: Value, reverse: Value): Value {
  const side = textOf(by);
  if (side !== 'key' && side !== 'value') {
    throw new FilterArgumentError('You can only sort by either "key" or "value"');
  }
  const convert = caseRule(caseSensitive) ?? ((item: Value): Value => item);
  return sortBy(
    pairsOf(value),
    (pair) => convert(pair.items[side === 'key' ? 0 : 1] as Value),
    isReverse(reverse),
  );
}

function extreme(sign: 1 | -1) {
  return (render: Render, value: Value, caseSensitive: Value, attribute: Value): Value => {
    const getter = attributeGetter(render, attribute, { convert: caseRule(caseSensitive) });
    let best: { item: Value; key: Value } | undefined;
    for (const item of each(value)) {
      const key = getter(item);
      if (!best || compare(key, best.key, sign > 0 ? '>' : '<') * sign > 0) best = { item, key };
    }
    return best ? best.item : render.undefined({ message: 'No aggregated item, sequence was empty.' });
  };
}

function groupby(
  render: Render,
  value: Value,
  attribute: Value,
  fallback: Value,
  caseSensitive: Value,
): Value {
  const getter = attributeGetter(render, attribute, { convert: caseRule(caseSensitive), fallback });
  const plain = attributeGetter(render, attribute, { fallback });
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sortBy(toArray(value), getter)) {
    const key = getter(item);
    const last = groups.at(-1);
    if (last && equals(last.key, key)) last.items.push(item);
    else groups.push({ key, items: [item] });
  }
  return groups.map(
    ({ key, items }) => new GroupTuple([truthy(caseSensitive) ? key : plain(items[0] as Value), items]),
  );
}

/** The items of what Python can reverse, last first; undefined for iterators. */
function reversed(value: Value): Value[] | undefined {
  const items =
    itemsOf(value) ?? (value instanceof PyRange || value instanceof DictView ? value.toArray() : undefined);
  if (items) {
    charge(1 + (items.length >>> 2));
    return items.slice().reverse();
  }
  if (value instanceof PyBytes) return [...value.bytes].reverse();
  if (value instanceof PyDict) return value.keyList().reverse();
  if (value instanceof Undefined) return toList(value);
  const text = textOf(value);
  return text === undefined ? undefined : codePoints(text).reverse();
}

function reverse(_r: Render, value: Value): Value {
  const text = textOf(value);
  if (text !== undefined) {
    const result = codePoints(text).reverse().join('');
    return value instanceof Markup ? new Markup(result) : result;
  }
  const items = reversed(value);
  if (items)
    return new PyIterator(
      items[Symbol.iterator](),
      Array.isArray(value) ? 'list_reverseiterator' : 'reversed',
    );
  try {
    return toList(value).reverse();
  } catch (error) {
    if (error instanceof PythonError && error.name === 'TypeError')
      throw new FilterArgumentError('argument must be iterable');
    throw error;
  }
}

function batch(value: Value, size: Value, fill: Value): PyIterator {
  return lazy(function* () {
    let row: Value[] = [];
    for (const item of each(value)) {
      if (equals(row.length, size)) {
        yield row;
        row = [];
      }
      row.push(item);
    }
    if (row.length === 0) return undefined;
    if (fill !== null && compare(row.length, size, '<') < 0) {
      const width = indexValue(size);
      if (width === undefined)
        throw typeError(`can't multiply sequence by non-int of type '${typeName(size)}'`);
      checkListLength(width);
      while (row.length < width) row.push(fill);
    }
    yield row;
    return undefined;
  });
}

function slice(value: Value, count: Value, fill: Value): PyIterator {
  return lazy(function* () {
    const items = toList(value);
    const slices = indexValue(count);
    if (slices === undefined)
      throw typeError(`'${typeName(count)}' object cannot be interpreted as an integer`);
    const size = floorDivide(items.length, slices, true) as number;
    const extra = slices === 0 ? 0 : ((items.length % slices) + slices) % slices;
    checkListLength(slices);
    let start = 0;
    for (let i = 0; i < slices; i++) {
      charge(1);
      const end = start + size + (i < extra ? 1 : 0);
      const part = items.slice(start, end);
      if (fill !== null && i >= extra) part.push(fill);
      yield part;
      start = end;
    }
    return undefined;
  });
}

function unique(render: Render, value: Value, caseSensitive: Value, attribute: Value): PyIterator {
  return lazy(function* () {
    const getter = attributeGetter(render, attribute, { convert: caseRule(caseSensitive) });
    const seen = new Set<unknown>();
    for (const item of each(value)) {
      const key = hashKey(getter(item));
      if (seen.has(key)) continue;
      seen.add(key);
      yield item;
    }
    return undefined;
  });
}

function sum(render: Render, value: Value, attribute: Value, start: Value): Value {
  const getter = attribute === null ? (item: Value): Value => item : attributeGetter(render, attribute);
  if (textOf(start) !== undefined) throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  let total = start;
  for (const item of each(value)) total = add(total, getter(item));
  return total;
}

function attr(render: Render, value: Value, name: Value): Value {
  const text = textOf(name);
  if (text === undefined) throw typeError(`attribute name must be string, not '${typeName(name)}'`);
  const found = value instanceof Undefined && value.mode === 'chainable' ? value : attributeOf(value, text);
  if (found === undefined) return render.undefined({ owner: value, name: text });
  return found === forbidden ? getAttribute(render, value, text) : found;
}

function random(render: Render, value: Value): Value {
  const length = lengthOf(value);
  if (length === 0) return render.undefined({ message: 'No random item, sequence was empty.' });
  return subscript(value, Math.floor(render.options.random() * length));
}

const length = (_r: Render, value: Value): Value => lengthOf(value);

export const sequenceFilters = [
  native('length(obj, /)', length),
  native('count(obj, /)', length),
  native('list(value)', (_r, value: Value) => toList(value)),
  native('first(seq)', (render, value: Value) => {
    const step = iterate(value).next();
    return step.done ? render.undefined({ message: 'No first item, sequence was empty.' }) : step.value;
  }),
  native('last(seq)', (render, value: Value) => {
    const items = reversed(value);
    if (!items) throw typeError(`'${typeName(value)}' object is not reversible`);
    const [last] = items;
    if (last === undefined) return render.undefined({ message: 'No last item, sequence was empty.' });
    return value instanceof Markup ? new Markup(last as string) : last;
  }),
  native("join(value, d='', attribute=None)", (render, value: Value, d: Value, attribute: Value) => {
    const items = toArray(value);
    return joinValues(render, attribute === null ? items : items.map(attributeGetter(render, attribute)), d);
  }),
  native("dictsort(value, case_sensitive=False, by='key', reverse=False)", dictsort),
  native(
    'sort(value, reverse=False, case_sensitive=False, attribute=None)',
    (render, value: Value, backwards: Value, caseSensitive: Value, attribute: Value) =>
      sortBy(toArray(value), multiGetter(render, attribute, caseRule(caseSensitive)), isReverse(backwards)),
  ),
  native('unique(value, case_sensitive=False, attribute=None)', unique),
  native('min(value, case_sensitive=False, attribute=None)', extreme(-1)),
  native('max(value, case_sensitive=False, attribute=None)', extreme(1)),
  native('groupby(value, attribute, default=None, case_sensitive=False)', groupby),
  native('reverse(value)', reverse),
  native('batch(value, linecount, fill_with=None)', (_r, value: Value, size: Value, fill: Value) =>
    batch(value, size, fill),
  ),
  native('slice(value, slices, fill_with=None)', (_r, value: Value, count: Value, fill: Value) =>
    slice(value, count, fill),
  ),
  native('sum(iterable, attribute=None, start=0)', sum),
  native('attr(obj, name)', attr),
  native('items(value)', (_r, value: Value) =>
    lazy(function* () {
      if (value instanceof Undefined) return undefined;
      if (!(value instanceof PyDict)) throw typeError('Can only get item pairs from a mapping.');
      yield* pairsOf(value);
      return undefined;
    }),
  ),
  native(
    "default(value, default_value='', boolean=False)",
    (_r, value: Value, fallback: Value, boolean: Value) =>
      value instanceof Undefined || (truthy(boolean) && !truthy(value)) ? fallback : value,
  ),
  contextual('random(seq)', random),
];
