import { charge, chargeText, growInPieces } from '../runtime/budget.ts';
import { PythonError, valueError } from '../errors.ts';
import { Markup, PyFloat, PyObject, PyTuple, type Value } from './types.ts';
import { DictView, PyDict } from './dict.ts';
import { PySet } from './set.ts';

/** Python's `str(value)`. */
export function str(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isInteger(value) ? String(value) : floatText(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return bigintText(value);
    default:
      if (value === null) return 'None';
      if (value instanceof Markup) return value.text;
      if (value instanceof PyFloat) return floatText(value.value);
      if (Array.isArray(value)) return repr(value);
      return (value instanceof PyObject ? value.str() : undefined) ?? repr(value);
  }
}

/** Python's `repr(value)`. */
export function repr(value: Value): string {
  switch (typeof value) {
    case 'string':
      return stringRepr(value);
    case 'object':
      return value === null ? 'None' : objectRepr(value, 0);
    default:
      return str(value);
  }
}

function nested(value: Value, depth: number): string {
  return typeof value === 'object' && value !== null ? objectRepr(value, depth) : repr(value);
}

const deepest = 900;

function objectRepr(value: object, depth: number): string {
  charge(1);
  if (depth > deepest) {
    throw new PythonError(
      'RecursionError',
      'maximum recursion depth exceeded while getting the repr of an object',
    );
  }
  if (Array.isArray(value)) return `[${sequence(value as Value[], depth)}]`;
  if (value instanceof PyTuple) {
    return value.items.length === 1
      ? `(${sequence(value.items, depth)},)`
      : `(${sequence(value.items, depth)})`;
  }
  if (value instanceof PyDict) {
    const parts: string[] = [];
    for (const [key, item] of value.entries())
      parts.push(`${nested(key, depth + 1)}: ${nested(item, depth + 1)}`);
    charge(parts.length);
    return `{${parts.join(', ')}}`;
  }
  if (value instanceof PyFloat) return floatText(value.value);
  if (value instanceof Markup) return `Markup(${stringRepr(value.text)})`;
  if (value instanceof DictView) return `${value.typeName}([${sequence(value.toArray(), depth)}])`;
  if (value instanceof PySet) return value.truthy() ? `{${sequence(value.toArray(), depth)}}` : 'set()';
  return value instanceof PyObject ? value.repr() : '<object>';
}

function sequence(items: readonly Value[], depth: number): string {
  charge(items.length);
  let text = '';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ', ';
    text += nested(items[i] as Value, depth + 1);
  }
  return text;
}

/** Python's `repr(float)`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  // The shortest digits of a float take far longer to find than those of an integer.
  charge(1);
  const size = Math.abs(value);
  // In this range JavaScript writes the same digits.
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : String(value);
  const sign = value < 0 ? '-' : '';
  const [mantissa = '', exponentText = '0'] = Math.abs(value).toExponential().split('e');
  const exponent = Number(exponentText);
  const digits = mantissa.replace('.', '');
  if (exponent >= 16 || exponent < -4) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = Math.abs(exponent);
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return `${sign}${digits.padEnd(exponent + 1, '0')}.0`;
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** Python refuses to write integers of more than 4300 digits. */
const maximumDigits = 4300;

export function bigintText(value: bigint): string {
  const text = value.toString();
  charge(text.length / 4 + text.length ** 2 / 4096);
  if (text.length - (value < 0n ? 1 : 0) > maximumDigits) {
    throw valueError(
      `Exceeds the limit (${maximumDigits} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit`,
    );
  }
  return text;
}

const plain = /^[ !#-&(-[\]-~\xa1-\xac\xae-\u0377]*$/;
const special = /[\\\p{C}\p{Z}]/gu;
const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', ' ': ' ' };

function stringRepr(text: string): string {
  chargeText(text.length);
  if (plain.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = (char: string): string => escapes[char] ?? escapeCode(char.codePointAt(0) as number);
  let body = growInPieces(text, (piece) => piece.replace(special, escaped), 1);
  if (quote === "'") body = body.replaceAll("'", "\\'");
  return quote + body + quote;
}

function escapeCode(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}
