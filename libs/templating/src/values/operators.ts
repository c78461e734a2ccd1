import { checkListLength, checkStringLength } from '../runtime/budget.ts';
import { overflowError, typeError } from '../errors.ts';
import { formatPercent } from '../formatting/percent.ts';
import { compare, contains, equals, numberOf } from './compare.ts';
import { arithmetic, divide, floorDivide, minus, modulo, plus, power, times } from './numbers.ts';
import { PyBytes } from './bytes.ts';
import type { PyDict } from './dict.ts';
import { indexValue } from './sequence.ts';
import { difference } from './set.ts';
import { Undefined } from './undefined.ts';
import { escapeToText, hasHtml } from './markup.ts';
import { Markup, PyFloat, PyTuple, float, itemsOf, textOf, typeName, type Value } from './types.ts';

function unsupported(operator: string, a: Value, b: Value): never {
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  throw typeError(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);
}

function onNumbers(a: Value, b: Value, operation: typeof plus): Value | undefined {
  const left = numberOf(a);
  if (left === undefined) return undefined;
  const right = numberOf(b);
  return right === undefined ? undefined : arithmetic(operation, { a, b, left, right });
}

function join(a: string, b: string): string {
  checkStringLength(a.length + b.length);
  return a + b;
}

export function add(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number' && Number.isInteger(a) && Number.isInteger(b)) {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  if (typeof a === 'string' && typeof b === 'string') return join(a, b);
  const number = onNumbers(a, b, plus);
  if (number !== undefined) return number;
  if (a instanceof Markup || b instanceof Markup) {
    const left = a instanceof Markup || typeof a === 'string' ? escapeToText(a) : undefined;
    const right = typeof b === 'string' || hasHtml(b) ? escapeToText(b) : undefined;
    if (left !== undefined && right !== undefined) return new Markup(join(left, right));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    checkListLength(a.length + b.length);
    return [...(a as Value[]), ...(b as Value[])];
  }
  if (a instanceof PyBytes && b instanceof PyBytes) return new PyBytes(Buffer.concat([a.bytes, b.bytes]));
  if (a instanceof PyTuple && b instanceof PyTuple) {
    checkListLength(a.items.length + b.items.length);
    return new PyTuple([...a.items, ...b.items]);
  }
  if (b instanceof Undefined) b.fail();
  if (textOf(a) !== undefined) throw typeError(`can only concatenate str (not "${typeName(b)}") to str`);
  if (Array.isArray(a)) throw typeError(`can only concatenate list (not "${typeName(b)}") to list`);
  if (a instanceof PyTuple) throw typeError(`can only concatenate tuple (not "${typeName(b)}") to tuple`);
  return unsupported('+', a, b);
}

export function subtract(a: Value, b: Value): Value {
  const number = onNumbers(a, b, minus);
  if (number !== undefined) return number;
  if (a instanceof Undefined) a.fail();
  return difference(a, b) ?? unsupported('-', a, b);
}

export function multiply(a: Value, b: Value): Value {
  const number = onNumbers(a, b, times);
  if (number !== undefined) return number;
  const repeated = repeat(a, b) ?? repeat(b, a);
  if (repeated !== undefined) return repeated;
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  const sequence = isRepeatable(a) ? b : isRepeatable(b) ? a : undefined;
  if (sequence !== undefined)
    throw typeError(`can't multiply sequence by non-int of type '${typeName(sequence)}'`);
  return unsupported('*', a, b);
}

function isRepeatable(value: Value): boolean {
  return textOf(value) !== undefined || Array.isArray(value) || value instanceof PyTuple;
}

function repeat(value: Value, times: Value): Value | undefined {
  const index = indexValue(times);
  if (index === undefined) return undefined;
  const size = textOf(value) ?? itemsOf(value) ?? (value instanceof PyBytes ? value.bytes : undefined);
  if (size === undefined) return undefined;
  if (typeof times === 'bigint' && BigInt.asIntN(64, times) !== times)
    throw overflowError("cannot fit 'int' into an index-sized integer");
  const count = Math.max(0, index);
  const text = textOf(value);
  if (text !== undefined) {
    checkStringLength(text.length * count);
    return value instanceof Markup ? new Markup(text.repeat(count)) : text.repeat(count);
  }
  if (Array.isArray(value)) return repeatItems(value as Value[], count);
  if (value instanceof PyBytes) {
    checkStringLength(value.bytes.length * count);
    return new PyBytes(Buffer.alloc(value.bytes.length * count, value.bytes));
  }
  return value instanceof PyTuple ? new PyTuple(repeatItems(value.items, count)) : undefined;
}

function repeatItems(items: readonly Value[], count: number): Value[] {
  checkListLength(items.length * count);
  const result: Value[] = [];
  if (items.length > 0) for (let i = 0; i < count; i++) for (const item of items) result.push(item);
  return result;
}

export function divideValues(a: Value, b: Value): Value {
  return onNumbers(a, b, divide) ?? unsupported('/', a, b);
}

export function floorDivideValues(a: Value, b: Value): Value {
  return onNumbers(a, b, floorDivide) ?? unsupported('//', a, b);
}

export function remainder(a: Value, b: Value): Value {
  const number = onNumbers(a, b, modulo);
  if (number !== undefined) return number;
  if (textOf(a) !== undefined) return formatPercent(a, b);
  return unsupported('%', a, b);
}

export function raise(a: Value, b: Value): Value {
  return onNumbers(a, b, power) ?? unsupported('** or pow()', a, b);
}

export function negate(value: Value): Value {
  if (typeof value === 'number') return Number.isInteger(value) ? 0 - value : -value;
  if (value instanceof PyFloat) return float(-value.value);
  const number = numberOf(value);
  if (number === undefined) return badUnary('-', value);
  return typeof number === 'bigint' ? -number : 0 - number;
}

export function positive(value: Value): Value {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return numberOf(value) === undefined ? badUnary('+', value) : value;
}

function badUnary(operator: string, value: Value): never {
  if (value instanceof Undefined) value.fail();
  throw typeError(`bad operand type for unary ${operator}: '${typeName(value)}'`);
}

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

export const comparisons: Record<ComparisonOperator, (a: Value, b: Value) => boolean> = {
  '==': equals,
  '!=': (a, b) => !equals(a, b),
  '<': (a, b) => compare(a, b, '<') < 0,
  '<=': (a, b) => compare(a, b, '<=') <= 0,
  '>': (a, b) => compare(a, b, '>') > 0,
  '>=': (a, b) => compare(a, b, '>=') >= 0,
  in: (a, b) => contains(b, a),
  'not in': (a, b) => !contains(b, a),
};

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

export const binaryOperations: Record<BinaryOperator, (a: Value, b: Value) => Value> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divideValues,
  '//': floorDivideValues,
  '%': remainder,
  '**': raise,
};

/** Two dicts' union (`|` does not exist in templates); kept beside the operators for `dict(a, **b)`. */
export function mergeDicts(target: PyDict, source: PyDict): void {
  for (const [key, value] of source.entries()) target.set(key, value);
}
