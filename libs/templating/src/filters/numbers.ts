import { FilterArgumentError, overflowError, typeError, valueError } from '../errors.ts';
import { fixed, scaledInteger } from '../formatting/decimal.ts';
import { charge, checkIntegerBits } from '../runtime/budget.ts';
import { native } from '../runtime/callable.ts';
import { caught } from '../runtime/caught.ts';
import type { Render } from '../runtime/render.ts';
import { numberOf, truthy } from '../values/compare.ts';
import { toFloat } from '../values/numbers.ts';
import { divideValues, multiply, negate, raise } from '../values/operators.ts';
import { indexValue } from '../values/sequence.ts';
import { repr } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import {
  PyFloat,
  float,
  integer,
  isFloat,
  isInteger,
  textOf,
  typeName,
  type Value,
} from '../values/types.ts';
import { trimEnd, trimStart } from '../values/unicode.ts';

/** Decimal digits of other scripts as ASCII ones. */
function asciiDigits(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  return text.replace(/\p{Nd}/gu, (char) => {
    let value = 0;
    // The digits of a script stand in a row from 0 to 9.
    for (
      let code = char.codePointAt(0) as number;
      value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - 1));
      code--
    ) {
      if ((code & 0xf) % 10 === 0 && (code & 0xf) !== 0xa && value > 0) break;
      value++;
    }
    return String(value);
  });
}

const prefixes: Record<string, number> = { x: 16, o: 8, b: 2 };

/** Python's `int(text, base)`. */
export function parseInteger(text: string, base: number): Value {
  charge(1 + text.length / 16);
  const bad = (): Error =>
    valueError(`invalid literal for int() with base ${base}: ${repr(text.slice(0, 200))}`);
  if (base !== 0 && (base < 2 || base > 36)) throw valueError('int() base must be >= 2 and <= 36, or 0');
  const match = /^([+-]?)(0[xXoObB]_?)?(.*)$/s.exec(asciiDigits(trimEnd(trimStart(text)))) as RegExpExecArray;
  const [, sign = '', prefix = '', rest = ''] = match;
  const prefixBase = prefix === '' ? undefined : prefixes[(prefix[1] as string).toLowerCase()];
  const usesPrefix = prefixBase !== undefined && (base === 0 || base === prefixBase);
  const radix = usesPrefix ? prefixBase : base === 0 ? 10 : base;
  const body = usesPrefix ? rest : prefix + rest;
  if (!/^[0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*$/.test(body)) throw bad();
  const digits = body.replaceAll('_', '').toLowerCase();
  if (base === 0 && !usesPrefix && /^0+[1-9]/.test(digits)) throw bad();
  charge(digits.length / 4);
  for (const digit of digits) if (Number.parseInt(digit, 36) >= radix) throw bad();
  if (digits.length > 4300 && (radix & (radix - 1)) !== 0)
    throw valueError('Exceeds the limit (4300 digits) for integer string conversion');
  return negateIf(sign === '-', digitsValue(digits, radix));
}

function negateIf(negative: boolean, value: Value): Value {
  return negative ? negate(value) : value;
}

function digitsValue(digits: string, radix: number): Value {
  if (digits.length <= 10) return Number.parseInt(digits, radix);
  if (radix !== 10) checkIntegerBits(digits.length * 6);
  charge(digits.length ** 2 / (radix === 10 ? 8192 : 1024));
  if (radix === 10) return integer(BigInt(digits));
  let value = 0n;
  for (const digit of digits) value = value * BigInt(radix) + BigInt(Number.parseInt(digit, 36));
  return integer(value);
}

const floatPattern =
  /^[+-]?(?:(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:e[+-]?\d+(?:_\d+)*)?|inf|infinity|nan)$/i;

/** Python's `float(text)`. */
export function parseFloatText(text: string): number {
  charge(1 + text.length / 16);
  const trimmed = asciiDigits(trimEnd(trimStart(text)));
  if (!floatPattern.test(trimmed) || !/\d|inf|nan/i.test(trimmed) || /^[+-]?\.?e/i.test(trimmed)) {
    throw valueError(`could not convert string to float: ${repr(text.slice(0, 200))}`);
  }
  const lower = trimmed.toLowerCase();
  if (lower.includes('inf'))
    return lower.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return lower.includes('nan') ? Number.NaN : Number(lower.replaceAll('_', ''));
}

/** Python's `float(value)`. */
export function floatOf(value: Value): number {
  const text = textOf(value);
  if (text !== undefined) return parseFloatText(text);
  if (value instanceof Undefined) value.fail();
  const number = numberOf(value);
  if (number === undefined) {
    throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`);
  }
  return toFloat(number);
}

/** Python's `int(value)`. */
export function integerOf(value: Value): Value {
  if (isInteger(value)) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isFloat(value)) return truncated(value instanceof PyFloat ? value.value : value);
  const text = textOf(value);
  if (text !== undefined) return parseInteger(text, 10);
  if (value instanceof Undefined) value.fail();
  throw typeError(
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
  );
}

export function truncated(value: number): Value {
  if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw overflowError('cannot convert float infinity to integer');
  return integer(BigInt(Math.trunc(value)));
}

function toInteger(_r: Render, value: Value, fallback: Value, base: Value): Value {
  try {
    const text = textOf(value);
    if (text === undefined) return integerOf(value);
    const radix = indexValue(base);
    if (radix === undefined)
      throw typeError(`'${typeName(base)}' object cannot be interpreted as an integer`);
    return parseInteger(text, radix);
  } catch (error) {
    if (!caught(error, 'TypeError', 'ValueError')) throw error;
  }
  try {
    return truncated(floatOf(value));
  } catch (error) {
    if (!caught(error, 'TypeError', 'ValueError', 'OverflowError')) throw error;
    return fallback;
  }
}

function toFloatFilter(_r: Render, value: Value, fallback: Value): Value {
  try {
    return float(floatOf(value));
  } catch (error) {
    if (!caught(error, 'TypeError', 'ValueError')) throw error;
    return fallback;
  }
}

/** Python's `round(value, digits)`. */
export function roundValue(value: Value, digits: number | undefined): Value {
  const number = numberOf(value);
  if (number === undefined) {
    throw typeError(`type ${typeName(value)} doesn't define __round__ method`);
  }
  if (!isFloat(value)) return roundInteger(number, digits ?? 0);
  const real = Number(number);
  if (digits === undefined) {
    if (!Number.isFinite(real)) return truncated(real);
    const rounded = integer(scaledInteger(Math.abs(real), 0));
    return real < 0 ? negate(rounded) : rounded;
  }
  if (!Number.isFinite(real) || real === 0 || digits > 323) return float(real);
  if (digits < -308) return float(real < 0 ? -0 : 0);
  const result = Number(
    digits >= 0 ? fixed(real, digits) : `${scaledInteger(Math.abs(real), digits)}e${-digits}`,
  );
  if (!Number.isFinite(result)) throw overflowError('rounded value too large to represent');
  return float(real < 0 ? -result : result);
}

function roundInteger(number: number | bigint, digits: number): Value {
  if (digits >= 0) return integer(BigInt(number));
  if (digits < -5000) return 0;
  const whole = BigInt(number);
  const unit = 10n ** BigInt(-digits);
  const size = whole < 0n ? -whole : whole;
  let quotient = size / unit;
  const twice = (size % unit) * 2n;
  if (twice > unit || (twice === unit && quotient % 2n === 1n)) quotient += 1n;
  return integer(whole < 0n ? -quotient * unit : quotient * unit);
}

function round(_r: Render, value: Value, precision: Value, method: Value): Value {
  const name = textOf(method);
  if (name !== 'common' && name !== 'ceil' && name !== 'floor') {
    throw new FilterArgumentError('method must be common, ceil or floor');
  }
  if (name === 'common') {
    const digits = precision === null ? undefined : indexValue(precision);
    if (precision !== null && digits === undefined) {
      throw typeError(`'${typeName(precision)}' object cannot be interpreted as an integer`);
    }
    return roundValue(value, digits);
  }
  const scale = raise(10, precision);
  const scaled = multiply(value, scale);
  const number = numberOf(scaled);
  if (number === undefined) throw typeError(`must be real number, not ${typeName(value)}`);
  const whole =
    typeof number === 'bigint' ? number : truncated(name === 'ceil' ? Math.ceil(number) : Math.floor(number));
  return divideValues(whole, scale);
}

const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

function filesizeformat(_r: Render, value: Value, binary: Value): Value {
  const bytes = floatOf(value);
  const base = truthy(binary) ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${String(truncated(bytes))} Bytes`;
  if (Number.isNaN(bytes)) return `nan ${truthy(binary) ? 'YiB' : 'YB'}`;
  // A float meets an exact integer here, and 1e24 is a little less than 10 ** 24. Numbers compare so with bigints.
  let index = units.findIndex((_, i) => bytes < BigInt(base) ** BigInt(i + 2));
  if (index < 0) index = units.length - 1;
  const scaled = (base * bytes) / base ** (index + 2);
  const prefix = truthy(binary) && index === 0 ? 'K' : (units[index] as string);
  const text = Number.isFinite(scaled) ? fixed(scaled, 1) : 'inf';
  return `${text} ${prefix}${truthy(binary) ? 'iB' : 'B'}`;
}

export const numberFilters = [
  native('abs(x, /)', (_r, value: Value) => {
    const number = numberOf(value);
    if (number === undefined) throw typeError(`bad operand type for abs(): '${typeName(value)}'`);
    if (isFloat(value)) return float(Math.abs(Number(number)));
    return number < 0 ? negate(value) : integer(BigInt(number));
  }),
  native('int(value, default=0, base=10)', toInteger),
  native('float(value, default=0.0)', toFloatFilter),
  native("round(value, precision=0, method='common')", round),
  native('filesizeformat(value, binary=False)', filesizeformat),
];
