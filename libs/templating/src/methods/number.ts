import { overflowError, valueError } from '../errors.ts';
import { checkIntegerBits } from '../runtime/budget.ts';
import { BoundMethod, native, type NativeFunction } from '../runtime/callable.ts';
import type { Render } from '../runtime/render.ts';
import { PyBytes } from '../values/bytes.ts';
import { truthy } from '../values/compare.ts';
import { PyFloat, PyTuple, float, integer, isFloat, isInteger, type Value } from '../values/types.ts';
import { indexArgument, textArgument } from './arguments.ts';

const whole = (value: Value): bigint => BigInt(value as number | bigint | boolean);
const real = (value: Value): number => (value instanceof PyFloat ? value.value : (value as number));

function bits(value: bigint): string {
  return value === 0n ? '' : (value < 0n ? -value : value).toString(2);
}

function toBytes(_r: Render, self: Value, length: Value, order: Value, signed: Value): Value {
  const size = indexArgument(length);
  if (size < 0) throw valueError('length argument must be non-negative');
  const byteOrder = textArgument(order, "to_bytes() argument 'byteorder'");
  if (byteOrder !== 'big' && byteOrder !== 'little')
    throw valueError("byteorder must be either 'little' or 'big'");
  checkIntegerBits(size * 8);
  const value = whole(self);
  if (value < 0n && !truthy(signed)) throw overflowError("can't convert negative int to unsigned");
  const width = bits(value < 0n ? -value - 1n : value).length + (truthy(signed) ? 1 : 0);
  if (width > size * 8 && value !== 0n) throw overflowError('int too big to convert');
  const magnitude = value < 0n ? (1n << BigInt(size * 8)) + value : value;
  const bytes = Buffer.from(size === 0 ? '' : magnitude.toString(16).padStart(size * 2, '0'), 'hex');
  return new PyBytes(byteOrder === 'big' ? bytes : bytes.reverse());
}

const integerMethods = new Map<string, NativeFunction>(
  [
    native('bit_length()', (_r, self: Value) => bits(whole(self)).length),
    native('bit_count()', (_r, self: Value) => bits(whole(self)).replaceAll('0', '').length),
    native("to_bytes(length=1, byteorder='big', signed=False)", toBytes),
    native('conjugate()', (_r, self: Value) => (typeof self === 'boolean' ? Number(self) : self)),
    native(
      'as_integer_ratio()',
      (_r, self: Value) => new PyTuple([typeof self === 'boolean' ? Number(self) : self, 1]),
    ),
  ].map((method) => [method.signature.name, method]),
);

function integerRatio(value: number): Value {
  if (Number.isNaN(value)) throw valueError('cannot convert NaN to integer ratio');
  if (!Number.isFinite(value)) throw overflowError('cannot convert Infinity to integer ratio');
  let numerator = value;
  let denominator = 1n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return new PyTuple([integer(BigInt(numerator)), integer(denominator)]);
}

function hex(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const raw = view.getBigUint64(0);
  const fraction = (raw & 0xfffffffffffffn).toString(16).padStart(13, '0');
  const biased = Number(raw >> 52n);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}0x0.0p+0`;
  const exponent = biased === 0 ? -1022 : biased - 1023;
  return `${sign}0x${biased === 0 ? 0 : 1}.${fraction}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

const hexadecimal = /^\s*([-+]?)(?:0x)?(?=\.?[0-9a-f])([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([-+]?\d{1,9}))?\s*$/i;

/** Python's `float.fromhex`. */
function fromHex(value: Value): Value {
  const text = textArgument(value, 'fromhex() argument');
  checkIntegerBits(text.length * 4);
  const [match, sign, whole = '', fraction = '', exponent = '0'] = hexadecimal.exec(text) ?? [];
  if (match === undefined) throw valueError('invalid hexadecimal floating-point string');
  const shift = Number(exponent) - 4 * fraction.length;
  // In two steps, since 2 ** -1074 is as far as one goes.
  const half = Math.trunc(shift / 2);
  const number = Number(BigInt(`0x0${whole}${fraction}`)) * 2 ** half * 2 ** (shift - half);
  if (!Number.isFinite(number)) throw overflowError('hexadecimal value too large to represent as a float');
  return float(sign === '-' ? -number : number);
}

const floatMethods = new Map<string, NativeFunction>(
  [
    native('is_integer()', (_r, self: Value) => Number.isInteger(real(self))),
    native('as_integer_ratio()', (_r, self: Value) => integerRatio(real(self))),
    native('conjugate()', (_r, self: Value) => self),
    native('hex()', (_r, self: Value) => hex(real(self))),
    native('fromhex(string, /)', (_r, _self: Value, text: Value) => fromHex(text)),
  ].map((method) => [method.signature.name, method]),
);

/** Attributes of ints, bools and floats. */
export function numberAttribute(value: Value, name: string): Value | undefined {
  if (isInteger(value) || typeof value === 'boolean') {
    const number = typeof value === 'boolean' ? Number(value) : value;
    if (name === 'real' || name === 'numerator') return number;
    if (name === 'imag') return 0;
    if (name === 'denominator') return 1;
    const method = integerMethods.get(name);
    return method && new BoundMethod(value, method);
  }
  if (!isFloat(value)) return undefined;
  if (name === 'real') return value;
  if (name === 'imag') return float(0);
  const method = floatMethods.get(name);
  return method && new BoundMethod(value, method);
}
