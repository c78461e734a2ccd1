import { PythonError, overflowError } from '../errors.ts';
import { PyComplex } from './complex.ts';
import { charge, chargeIntegers, checkIntegerBits } from '../runtime/budget.ts';
import { PyFloat, float, integer, type Value } from './types.ts';

/** Bits of an integer's magnitude, to within a digit of 16. */
export function bitLength(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

/** The float nearest to an int, float or bool. Raises OverflowError for an int no float can hold. */
export function toFloat(value: number | bigint): number {
  if (typeof value === 'number') return value;
  const result = Number(value);
  if (!Number.isFinite(result)) throw overflowError('int too large to convert to float');
  return result;
}

/** `NaN`-safe test whether both sides are ints, given their numbers and original values. */
function isIntegral(value: Value): boolean {
  return (
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isInteger(value))
  );
}

type Operation = (left: number | bigint, right: number | bigint, integral: boolean) => Value;

/** Arithmetic on two numbers whose values (for their types) are `a` and `b`. */
export function arithmetic(
  operation: Operation,
  operands: { a: Value; b: Value; left: number | bigint; right: number | bigint },
): Value {
  const { a, b, left, right } = operands;
  return operation(left, right, isIntegral(a) && isIntegral(b));
}

export const plus: Operation = (a, b, integral) => {
  if (!integral) return float(toFloat(a) + toFloat(b));
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return big(BigInt(a) + BigInt(b));
};

export const minus: Operation = (a, b, integral) => {
  if (!integral) return float(toFloat(a) - toFloat(b));
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return big(BigInt(a) - BigInt(b));
};

export const times: Operation = (a, b, integral) => {
  if (!integral) return float(toFloat(a) * toFloat(b));
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  const left = BigInt(a);
  const right = BigInt(b);
  const [bits, otherBits] = [bitLength(left), bitLength(right)];
  checkIntegerBits(bits + otherBits);
  chargeIntegers(bits, otherBits);
  return integer(left * right);
};

function big(value: bigint): Value {
  checkIntegerBits(bitLength(value));
  return integer(value);
}

const isZero = (value: number | bigint): boolean => value === 0 || value === 0n;

function zeroDivision(message: string): PythonError {
  return new PythonError('ZeroDivisionError', message);
}

export const divide: Operation = (a, b, integral) => {
  if (isZero(b)) throw zeroDivision(integral ? 'division by zero' : 'float division by zero');
  if (integral && (typeof a === 'bigint' || typeof b === 'bigint'))
    return float(divideExactly(BigInt(a), BigInt(b)));
  return float(toFloat(a) / toFloat(b));
};

/** Dividing takes about twice as long as multiplying numbers of these lengths. */
function chargeDivision(a: bigint, b: bigint): void {
  chargeIntegers(bitLength(a), 2 * bitLength(b));
}

/** The float nearest to the quotient of two large integers. */
function divideExactly(a: bigint, b: bigint): number {
  const negative = a < 0n !== b < 0n;
  let numerator = a < 0n ? -a : a;
  const denominator = b < 0n ? -b : b;
  if (numerator === 0n) return negative || b < 0n ? -0 : 0;
  chargeDivision(numerator, denominator);
  const shift = Math.max(0, 70 - (bitLength(numerator) - bitLength(denominator)));
  if (shift > 1200) return 0;
  numerator <<= BigInt(shift);
  const quotient = numerator / denominator;
  // An inexact quotient gets a sticky bit, so that the conversion rounds as the exact value would.
  const sticky = (quotient << 1n) | (quotient * denominator === numerator ? 0n : 1n);
  const result = Number(sticky) / 2 ** (shift + 1 > 1000 ? 1000 : shift + 1) / 2 ** Math.max(0, shift - 999);
  if (!Number.isFinite(result)) throw overflowError('integer division result too large for a float');
  return negative ? -result : result;
}

export const floorDivide: Operation = (a, b, integral) => {
  if (!integral) {
    const [left, right] = [toFloat(a), toFloat(b)];
    if (right === 0) throw zeroDivision('float floor division by zero');
    return float(floatDivmod(left, right)[0]);
  }
  if (isZero(b)) throw zeroDivision('integer division or modulo by zero');
  if (typeof a === 'number' && typeof b === 'number') return Math.floor((a - floorMod(a, b)) / b) + 0;
  const [left, right] = [BigInt(a), BigInt(b)];
  chargeDivision(left, right);
  const quotient = left / right;
  return integer(quotient * right !== left && left < 0n !== right < 0n ? quotient - 1n : quotient);
};

export const modulo: Operation = (a, b, integral) => {
  if (!integral) {
    const [left, right] = [toFloat(a), toFloat(b)];
    if (right === 0) throw zeroDivision('float modulo');
    return float(floatDivmod(left, right)[1]);
  }
  if (isZero(b)) throw zeroDivision('integer modulo by zero');
  if (typeof a === 'number' && typeof b === 'number') return floorMod(a, b);
  const right = BigInt(b);
  const left = BigInt(a);
  chargeDivision(left, right);
  const remainder = left % right;
  return integer(remainder !== 0n && remainder < 0n !== right < 0n ? remainder + right : remainder);
};

function floorMod(a: number, b: number): number {
  const remainder = a % b;
  return (remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder) + 0;
}

/** Quotient and remainder of floats; the remainder takes the sign of the divisor, zeros included. */
export function floatDivmod(a: number, b: number): [quotient: number, remainder: number] {
  let remainder = a % b;
  let quotient = (a - remainder) / b;
  if (remainder !== 0) {
    if (b < 0 !== remainder < 0) {
      remainder += b;
      quotient -= 1;
    }
  } else {
    remainder = b < 0 ? -0 : 0;
  }
  if (quotient !== 0) {
    const floor = Math.floor(quotient);
    quotient = quotient - floor > 0.5 ? floor + 1 : floor;
  } else {
    quotient = a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  }
  return [quotient, remainder];
}

export const power: Operation = (a, b, integral) => {
  if (integral && b >= 0) return integerPower(BigInt(a), BigInt(b));
  const base = toFloat(a);
  const exponent = toFloat(b);
  if (base === 0 && exponent < 0) throw zeroDivision('0.0 cannot be raised to a negative power');
  if (base === 1 || exponent === 0) return new PyFloat(1);
  if (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent)) return new PyFloat(1);
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    return new PyComplex(base, exponent);
  }
  const result = base ** exponent;
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent)) {
    throw overflowError("(34, 'Numerical result out of range')");
  }
  return float(result);
};

function integerPower(base: bigint, exponent: bigint): Value {
  const magnitude = base < 0n ? -base : base;
  if (magnitude > 1n) checkIntegerBits((magnitude.toString(2).length - 1) * Number(exponent));
  if (magnitude <= 1n)
    return integer(exponent === 0n ? 1n : base === -1n && exponent % 2n === 0n ? 1n : base);
  charge((magnitude.toString(2).length * Number(exponent)) / 8);
  return integer(base ** exponent);
}
