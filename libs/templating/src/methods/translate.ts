import { typeError, valueError } from '../errors.ts';
import { charge, checkStringLength } from '../runtime/budget.ts';
import { caught } from '../runtime/caught.ts';
import { PyDict } from '../values/dict.ts';
import { subscript } from '../values/index-lookup.ts';
import { indexValue } from '../values/sequence.ts';
import { textArgument } from './arguments.ts';
import { textOf, typeName, type Value } from '../values/types.ts';
import { codePointLength } from '../values/unicode.ts';

/** `str.translate`. */
export function translate(text: string, mapping: Value): string {
  let result = '';
  for (const char of text) {
    charge(1);
    result += replacement(mapping, char);
    checkStringLength(result.length);
  }
  return result;
}

function replacement(mapping: Value, char: string): string {
  let value: Value;
  try {
    value = subscript(mapping, char.codePointAt(0) as number);
  } catch (error) {
    if (caught(error, 'KeyError', 'IndexError', 'LookupError')) return char;
    throw error;
  }
  if (value === null) return '';
  const text = textOf(value);
  if (text !== undefined) return text;
  const code = indexValue(value);
  if (code === undefined) throw typeError('character mapping must return integer, None or str');
  if (code < 0 || code > 0x10ffff) throw valueError('character mapping must be in range(0x110000)');
  return String.fromCodePoint(code);
}

/** `str.maketrans`. */
export function maketrans(x: Value, y: Value | undefined, z: Value | undefined): PyDict {
  const result = new PyDict();
  if (y === undefined) {
    if (!(x instanceof PyDict))
      throw typeError('if you give only one argument to maketrans it must be a dict');
    for (const [key, value] of x.entries()) {
      const text = textOf(key);
      if (text !== undefined && codePointLength(text) !== 1) {
        throw valueError('string keys in translate table must be of length 1');
      }
      result.set(text === undefined ? key : (text.codePointAt(0) as number), value);
    }
    return result;
  }
  const [from, to] = [textOf(x), textOf(y)];
  const removed = z === undefined ? '' : textArgument(z, 'maketrans() argument 3');
  if (from === undefined || to === undefined)
    throw typeError(`maketrans() argument 2 must be str, not ${typeName(y)}`);
  const targets = Array.from(to);
  const sources = Array.from(from);
  if (sources.length !== targets.length) {
    throw valueError('the first two maketrans arguments must have equal length');
  }
  sources.forEach((char, i) =>
    result.set(char.codePointAt(0) as number, targets[i]?.codePointAt(0) as number),
  );
  for (const char of removed) result.set(char.codePointAt(0) as number, null);
  return result;
}
