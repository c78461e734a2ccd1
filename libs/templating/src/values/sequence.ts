import { typeError, valueError, indexError } from '../errors.ts';
import { charge, checkListLength } from '../runtime/budget.ts';
import { PyBytes } from './bytes.ts';
import { PyDict } from './dict.ts';
import { Markup, PyObject, PyTuple, itemsOf, textOf, typeName, type Value } from './types.ts';
import { codePointLength, codePoints, hasSurrogates } from './unicode.ts';

/** Python's `range`. Templates only make short ones, so numbers suffice. */
export class PyRange extends PyObject {
  readonly typeName = 'range';
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly size: number;

  constructor(start: number, stop: number, step: number) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.size = Math.max(0, Math.ceil((stop - start) / step));
  }

  at(index: number): number {
    return this.start + index * this.step;
  }

  toArray(): number[] {
    const items = new Array<number>(this.size);
    for (let i = 0; i < items.length; i++) items[i] = this.at(i);
    return items;
  }

  override repr(): string {
    const { start, stop, step } = this;
    return step === 1 ? `range(${start}, ${stop})` : `range(${start}, ${stop}, ${step})`;
  }

  override truthy(): boolean {
    return this.size > 0;
  }

  override length(): number {
    return this.size;
  }

  override iterate(): Iterator<Value> {
    let index = 0;
    return {
      next: (): IteratorResult<Value> =>
        index < this.size ? { value: this.at(index++), done: false } : { value: undefined, done: true },
    };
  }

  override attribute(name: string): Value | undefined {
    if (name === 'start' || name === 'stop' || name === 'step') return this[name];
    return undefined;
  }

  override equals(other: Value): boolean {
    if (!(other instanceof PyRange) || other.size !== this.size) return false;
    if (this.size === 0) return true;
    return this.start === other.start && (this.size === 1 || this.step === other.step);
  }
}

/** `iter(value)`; raises TypeError for what cannot be iterated. */
export function iterate(value: Value): Iterator<Value> {
  if (Array.isArray(value)) return (value as Value[])[Symbol.iterator]();
  const text = textOf(value);
  if (text !== undefined) {
    return codePoints(text)[Symbol.iterator]();
  }
  const iterator = value instanceof PyObject ? value.iterate() : undefined;
  if (!iterator) throw typeError(`'${typeName(value)}' object is not iterable`);
  return iterator;
}

export function isIterable(value: Value): boolean {
  if (Array.isArray(value) || textOf(value) !== undefined) return true;
  return value instanceof PyObject && value.iterate() !== undefined;
}

/** All elements of an iterable, read only: a list is returned as it is. */
export function toArray(value: Value): readonly Value[] {
  const items = itemsOf(value);
  if (items) {
    charge(1 + (items.length >>> 3));
    return items;
  }
  const result: Value[] = [];
  const iterator = iterate(value);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    charge(1);
    result.push(step.value);
  }
  checkListLength(result.length);
  return result;
}

/** `list(value)`: always a new list. */
export function toList(value: Value): Value[] {
  return toArray(value).slice();
}

/** Python's `len()`. */
export function lengthOf(value: Value): number {
  const text = textOf(value);
  if (text !== undefined) return codePointLength(text);
  if (Array.isArray(value)) return value.length;
  const length = value instanceof PyObject ? value.length() : undefined;
  if (length === undefined) throw typeError(`object of type '${typeName(value)}' has no len()`);
  return length;
}

/** A slice as `[start:stop:step]` makes it. */
export class PySlice extends PyObject {
  readonly typeName = 'slice';
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;

  constructor(start: Value, stop: Value, step: Value) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/** The value of an index (`__index__`): int or bool, clamped to what JavaScript can hold. */
export function indexValue(value: Value): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'bigint') return value > 0n ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER;
  return undefined;
}

function slicePart(value: Value, fallback: number): number {
  if (value === null) return fallback;
  const index = indexValue(value);
  if (index === undefined)
    throw typeError('slice indices must be integers or None or have an __index__ method');
  return index;
}

/** Start, stop and step of a slice over `length` elements, as `slice.indices` gives them. */
export function sliceIndices(slice: PySlice, length: number): [start: number, stop: number, step: number] {
  const step = slicePart(slice.step, 1);
  if (step === 0) throw valueError('slice step cannot be zero');
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const clamp = (value: Value, fallback: number): number => {
    const index = slicePart(value, fallback);
    if (value === null) return index;
    return index < 0 ? Math.max(index + length, low) : Math.min(index, high);
  };
  return [clamp(slice.start, step > 0 ? low : high), clamp(slice.stop, step > 0 ? high : low), step];
}

function pick<T>(items: ArrayLike<T>, [start, stop, step]: [number, number, number]): T[] {
  charge(1 + Math.max(0, Math.ceil((stop - start) / step)) / 4);
  const result: T[] = [];
  if (step > 0) for (let i = start; i < stop; i += step) result.push(items[i] as T);
  else for (let i = start; i > stop; i += step) result.push(items[i] as T);
  return result;
}

/** `value[start:stop:step]`. */
export function sliceOf(value: Value, slice: PySlice): Value {
  const text = textOf(value);
  if (text !== undefined) {
    const part = sliceString(text, slice);
    return value instanceof Markup ? new Markup(part) : part;
  }
  if (Array.isArray(value)) return pick(value as Value[], sliceIndices(slice, value.length));
  if (value instanceof PyTuple)
    return new PyTuple(pick(value.items, sliceIndices(slice, value.items.length)));
  if (value instanceof PyRange) {
    const [start, stop, step] = sliceIndices(slice, value.size);
    return new PyRange(value.at(start), value.at(stop), value.step * step);
  }
  if (value instanceof PyBytes)
    return new PyBytes(Buffer.from(pick(value.bytes, sliceIndices(slice, value.bytes.length))));
  if (value instanceof PyDict) throw typeError("unhashable type: 'slice'");
  throw typeError(`'${typeName(value)}' object is not subscriptable`);
}

function sliceString(text: string, slice: PySlice): string {
  const chars = hasSurrogates(text) ? codePoints(text) : text;
  const indices = sliceIndices(slice, chars.length);
  const [start, stop, step] = indices;
  if (step === 1) {
    const part = chars.slice(start, Math.max(start, stop));
    return typeof part === 'string' ? part : part.join('');
  }
  return pick(chars, indices).join('');
}

/** `items[index]` with Python's negative indexes; raises as `name` says. */
export function elementAt(items: ArrayLike<Value>, key: Value, name: string): Value {
  const index = indexValue(key);
  if (index === undefined)
    throw typeError(`${name} indices must be integers or slices, not ${typeName(key)}`);
  const position = index < 0 ? index + items.length : index;
  if (position < 0 || position >= items.length) throw indexError(`${name} index out of range`);
  return items[position] as Value;
}
