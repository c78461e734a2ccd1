import { charge, chargeText } from '../runtime/budget.ts';
import { PythonError, typeError } from '../errors.ts';
import { PyBytes } from './bytes.ts';
import { DictView, PyDict } from './dict.ts';
import { Undefined } from './undefined.ts';
import { iterate } from './sequence.ts';
import { PySet, setItems } from './set.ts';
import { Markup, PyFloat, PyObject, PyTuple, itemsOf, textOf, typeName, type Value } from './types.ts';
import { compareStrings } from './unicode.ts';

/** Whether two numbers are equal: loose equality compares a number with a bigint by mathematical value, as Python does. */
export function sameNumber(a: number | bigint, b: number | bigint): boolean {
  return a == b; // eslint-disable-line eqeqeq -- the comparison across the two types is the point
}

/** The number behind an int, float or bool; undefined for all else. */
export function numberOf(value: Value): number | bigint | undefined {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value instanceof PyFloat ? value.value : undefined;
  }
}

/** Python's truth of a value. */
export function truthy(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'bigint':
      return true;
    default:
      if (value === null) return false;
      if (Array.isArray(value)) return value.length > 0;
      return value instanceof PyObject ? value.truthy() : true;
  }
}

/** Python's `==`. */
export function equals(a: Value, b: Value): boolean {
  if (a === b) return typeof a !== 'number' || !Number.isNaN(a);
  if (typeof a === 'string' && typeof b === 'string') {
    chargeText(Math.min(a.length, b.length));
    return false;
  }
  if (a === null || b === null) {
    const other = a ?? b;
    return other instanceof Undefined ? other.equals(null) : false;
  }
  if (typeof a !== 'object' && typeof b !== 'object') {
    const left = numberOf(a);
    const right = numberOf(b);
    return left !== undefined && right !== undefined && sameNumber(left, right);
  }
  return equalObjects(a, b, 0);
}

const deepest = 900;

function equalObjects(a: Value, b: Value, depth: number): boolean {
  charge(1);
  if (depth > deepest)
    throw new PythonError('RecursionError', 'maximum recursion depth exceeded in comparison');
  const left = numberOf(a);
  if (left !== undefined) {
    const right = numberOf(b);
    return right !== undefined && sameNumber(left, right);
  }
  if (a instanceof Undefined) return a.equals(b);
  if (b instanceof Undefined) return b.equals(a);
  const text = textOf(a);
  if (text !== undefined) return text === textOf(b);
  if (Array.isArray(a)) return Array.isArray(b) && equalSequences(a as Value[], b as Value[], depth);
  if (a instanceof PyTuple) return b instanceof PyTuple && equalSequences(a.items, b.items, depth);
  if (a instanceof PyDict) return b instanceof PyDict && equalDicts(a, b, depth);
  const members = setItems(a);
  if (members) return equalSets(members, setItems(b));
  return a instanceof PyObject ? a.equals(b) : a === b;
}

function equalNested(a: Value, b: Value, depth: number): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && a !== null && b !== null
    ? equalObjects(a, b, depth)
    : equals(a, b);
}

function equalSequences(a: readonly Value[], b: readonly Value[], depth: number): boolean {
  if (a.length !== b.length) return false;
  charge(a.length >>> 2);
  return a.every((item, i) => equalNested(item, b[i] as Value, depth + 1));
}

function equalDicts(a: PyDict, b: PyDict, depth: number): boolean {
  if (a.size !== b.size) return false;
  charge(a.size >>> 2);
  for (const [key, value] of a.map) {
    const other = b.map.get(key);
    if (other === undefined || !equalNested(value, other, depth + 1)) return false;
  }
  return true;
}

function equalSets(a: Value[], b: Value[] | undefined): boolean {
  return a.length === b?.length && isWithin(a, b);
}

function isWithin(some: Value[], all: Value[]): boolean {
  return some.every((item) => all.some((candidate) => equals(item, candidate)));
}

/** Python's `<` and its relatives, as a number below, equal to or above 0; NaN where no order holds. */
export function compare(a: Value, b: Value, operator: string): number {
  if (typeof a === 'number' && typeof b === 'number')
    return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
  if (typeof a === 'string' && typeof b === 'string') {
    chargeText(Math.min(a.length, b.length));
    return compareStrings(a, b);
  }
  charge(1);
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) {
    return left < right ? -1 : left > right ? 1 : sameNumber(left, right) ? 0 : Number.NaN;
  }
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  const leftText = textOf(a);
  const rightText = textOf(b);
  if (leftText !== undefined && rightText !== undefined) return compareStrings(leftText, rightText);
  if (a instanceof PyBytes && b instanceof PyBytes) return a.bytes.compare(b.bytes);
  const leftItems = itemsOf(a);
  const rightItems = itemsOf(b);
  if (leftItems && rightItems && Array.isArray(a) === Array.isArray(b)) {
    return compareSequences(leftItems, rightItems, operator);
  }
  const leftMembers = setItems(a);
  const rightMembers = setItems(b);
  if (leftMembers && rightMembers) return compareSets(leftMembers, rightMembers);
  throw typeError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function compareSequences(a: readonly Value[], b: readonly Value[], operator: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a[i] as Value;
    const right = b[i] as Value;
    charge(1);
    if (left !== right && !equals(left, right)) return compare(left, right, operator);
  }
  return a.length - b.length;
}

/** Sets, and views of keys and items, compare by what they contain. */
function compareSets(left: Value[], right: Value[]): number {
  if (isWithin(left, right)) return left.length === right.length ? 0 : -1;
  return isWithin(right, left) ? 1 : Number.NaN;
}

export const lessThan = (a: Value, b: Value): boolean => compare(a, b, '<') < 0;

/** Python's `in`. */
export function contains(container: Value, item: Value): boolean {
  if (typeof container === 'string' && typeof item === 'string') {
    chargeText(container.length);
    return container.includes(item);
  }
  if (container instanceof PyDict) return container.has(item);
  const text = textOf(container);
  if (text !== undefined) {
    const part = textOf(item);
    if (part === undefined)
      throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    return text.includes(part);
  }
  if (container instanceof Undefined && container.mode === 'strict') container.fail();
  if (container instanceof PyBytes) return container.includes(item);
  if (container instanceof DictView && container.kind === 'keys') return container.dict.has(item);
  if (container instanceof PySet) return container.has(item);
  if (!Array.isArray(container) && !(container instanceof PyObject && container.iterate() !== undefined)) {
    throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  }
  const iterator = iterate(container);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    charge(1);
    if (step.value === item || equals(step.value, item)) return true;
  }
  return false;
}

/** Python's `is`. */
export function same(a: Value, b: Value): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Markup && b instanceof Markup) return a === b;
  if (a instanceof PyFloat && b instanceof PyFloat) return Object.is(a.value, b.value);
  return a instanceof PyTuple && b instanceof PyTuple && a.items.length === 0 && b.items.length === 0;
}

/** A stable sort by Python's `<`; the merge sort of V8 is stable and asks only for "less than". */
export function sortBy<T>(items: readonly T[], key: (item: T) => Value, reverse = false): T[] {
  charge(items.length / 2);
  const keyed = items.map((item) => ({ item, key: key(item) }));
  if (reverse) keyed.reverse();
  keyed.sort((a, b) => {
    charge(1);
    const order = compare(a.key, b.key, '<');
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  });
  if (reverse) keyed.reverse();
  return keyed.map(({ item }) => item);
}
