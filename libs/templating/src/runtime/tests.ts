import { classifiers } from '../methods/classify.ts';
import { PyBytes } from '../values/bytes.ts';
import { compare, contains, equals, same } from '../values/compare.ts';
import { PyDict, hashKey } from '../values/dict.ts';
import { hasHtml } from '../values/markup.ts';
import { remainder } from '../values/operators.ts';
import { PyRange, isIterable } from '../values/sequence.ts';
import { str } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import { isFloat, isInteger, isNumeric, itemsOf, textOf, type Value } from '../values/types.ts';
import { Callable, native, type NativeFunction } from './callable.ts';

const unary = (name: string, test: (value: Value) => boolean): NativeFunction =>
  native(`${name}(value)`, (_r, value: Value) => test(value));

const binary = (name: string, test: (a: Value, b: Value) => boolean): NativeFunction =>
  native(`${name}(a, b, /)`, (_r, a: Value, b: Value) => test(a, b));

const named = (name: string, kind: 'filters' | 'tests'): NativeFunction =>
  native(`${name}(value)`, (render, value: Value) => {
    hashKey(value);
    return render.options[kind].has(textOf(value) ?? '');
  });

function isSequence(value: Value): boolean {
  if (textOf(value) !== undefined || itemsOf(value)) return true;
  if (value instanceof PyDict || value instanceof PyRange || value instanceof PyBytes) return true;
  return value instanceof Undefined && value.mode !== 'strict';
}

const tests: NativeFunction[] = [
  unary('odd', (value) => equals(remainder(value, 2), 1)),
  unary('even', (value) => equals(remainder(value, 2), 0)),
  native('divisibleby(value, num)', (_r, value: Value, num: Value) => equals(remainder(value, num), 0)),
  unary('defined', (value) => !(value instanceof Undefined)),
  unary('undefined', (value) => value instanceof Undefined),
  named('filter', 'filters'),
  named('test', 'tests'),
  unary('none', (value) => value === null),
  unary('boolean', (value) => typeof value === 'boolean'),
  unary('false', (value) => value === false),
  unary('true', (value) => value === true),
  unary('integer', (value) => isInteger(value)),
  unary('float', (value) => isFloat(value)),
  unary('lower', (value) => classifiers['islower']?.(str(value)) ?? false),
  unary('upper', (value) => classifiers['isupper']?.(str(value)) ?? false),
  unary('string', (value) => textOf(value) !== undefined),
  unary('mapping', (value) => value instanceof PyDict),
  unary('number', isNumeric),
  unary('sequence', isSequence),
  unary('iterable', isIterable),
  native('callable(obj, /)', (_r, value: Value) => value instanceof Callable || value instanceof Undefined),
  native('sameas(value, other)', (_r, value: Value, other: Value) => same(value, other)),
  unary('escaped', hasHtml),
  native('in(value, seq)', (_r, value: Value, seq: Value) => contains(seq, value)),
  binary('eq', equals),
  binary('ne', (a, b) => !equals(a, b)),
  binary('gt', (a, b) => compare(a, b, '>') > 0),
  binary('ge', (a, b) => compare(a, b, '>=') >= 0),
  binary('lt', (a, b) => compare(a, b, '<') < 0),
  binary('le', (a, b) => compare(a, b, '<=') <= 0),
];

const aliases: Record<string, string> = {
  '==': 'eq',
  equalto: 'eq',
  '!=': 'ne',
  '>': 'gt',
  greaterthan: 'gt',
  '>=': 'ge',
  '<': 'lt',
  lessthan: 'lt',
  '<=': 'le',
};

/** Jinja2's own 39 tests by name. */
export function builtinTests(): Map<string, NativeFunction> {
  const map = new Map(tests.map((test) => [test.signature.name, test]));
  for (const [alias, name] of Object.entries(aliases)) map.set(alias, map.get(name) as NativeFunction);
  return map;
}
