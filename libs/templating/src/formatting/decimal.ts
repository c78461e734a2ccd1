import { checkIntegerBits, checkStringLength } from '../runtime/budget.ts';

/*
 * C's and Python's number formats round the exact binary value half to even. `toFixed` and its relatives round ties
 * away from zero, so ties (and large precisions) are worked out with integers.
 */

const buffer = new DataView(new ArrayBuffer(8));

/** A finite float as `mantissa * 2 ** exponent`, sign aside. */
function decompose(value: number): [mantissa: bigint, exponent: number] {
  buffer.setFloat64(0, value);
  const bits = buffer.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return exponent === 0 ? [fraction, -1074] : [fraction | 0x10000000000000n, exponent - 1075];
}

/** `|value| * 10 ** scale`, rounded half to even. */
export function scaledInteger(value: number, scale: number): bigint {
  checkIntegerBits(Math.abs(scale) * 4);
  const [mantissa, exponent] = decompose(value);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent > 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (scale > 0) numerator *= 10n ** BigInt(scale);
  else denominator *= 10n ** BigInt(-scale);
  const quotient = numerator / denominator;
  const twice = (numerator - quotient * denominator) * 2n;
  return twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function insertPoint(digits: string, decimals: number): string {
  if (decimals === 0) return digits;
  const padded = digits.padStart(decimals + 1, '0');
  return `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}

/** `%.{decimals}f` of a finite float, without its sign. */
export function fixed(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (decimals <= 15 && size < 1e15) {
    const doubled = size * 10 ** decimals * 2;
    if (Math.abs(doubled - Math.round(doubled)) > 1e-3) return size.toFixed(decimals);
  }
  checkStringLength(decimals);
  return insertPoint(scaledInteger(size, decimals).toString(), decimals);
}

export interface Scientific {
  digits: string;
  exponent: number;
}

/** The first `decimals + 1` significant digits of a finite float, and its decimal exponent. */
export function significant(value: number, decimals: number): Scientific {
  const size = Math.abs(value);
  if (size === 0) return { digits: '0'.repeat(decimals + 1), exponent: 0 };
  checkStringLength(decimals);
  let exponent = Number(size.toExponential(20).split('e')[1]);
  let digits = scaledInteger(size, decimals - exponent).toString();
  if (digits.length > decimals + 1) {
    exponent += 1;
    digits = digits.slice(0, decimals + 1);
  }
  return { digits, exponent };
}

function exponentText(exponent: number): string {
  const size = Math.abs(exponent);
  return `e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
}

/** `%.{decimals}e` of a finite float, without its sign. */
export function exponential(value: number, decimals: number, alternate = false): string {
  const { digits, exponent } = significant(value, decimals);
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : alternate ? '.' : '';
  return `${digits[0]}${fraction}${exponentText(exponent)}`;
}

/** `%.{precision}g` of a finite float, without its sign; an exponent is written `early` digits before that is due. */
export function general(value: number, precision: number, alternate = false, early = 0): string {
  const places = precision === 0 ? 1 : precision;
  const { digits, exponent } = significant(value, places - 1);
  if (exponent < -4 || exponent >= places - early) {
    const kept = alternate ? digits : stripZeros(digits);
    const fraction = kept.length > 1 ? `.${kept.slice(1)}` : alternate ? '.' : '';
    return `${digits[0]}${fraction}${exponentText(exponent)}`;
  }
  const decimals = places - 1 - exponent;
  const text = exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}${digits}` : insertPoint(digits, decimals);
  if (alternate) return text.includes('.') ? text : `${text}.`;
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function stripZeros(digits: string): string {
  let end = digits.length;
  while (end > 1 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

/** Puts a separator between groups of digits of the integer part. */
export function group(digits: string, separator: string, size = 3): string {
  if (digits.length <= size) return digits;
  const first = digits.length % size;
  const groups = first > 0 ? [digits.slice(0, first)] : [];
  for (let i = first; i < digits.length; i += size) groups.push(digits.slice(i, i + size));
  return groups.join(separator);
}
