import { typeError, valueError } from '../errors.ts';
import { floatOf, integerOf, parseFloatText, roundValue } from '../filters/numbers.ts';
import { fixed } from '../formatting/decimal.ts';
import { formatText } from '../formatting/format.ts';
import { formatPercent } from '../formatting/percent.ts';
import { formatValue } from '../formatting/spec.ts';
import { callValue, getAttribute, getItem } from '../runtime/attributes.ts';
import { Callable } from '../runtime/callable.ts';
import { caught } from '../runtime/caught.ts';
import type { Render } from '../runtime/render.ts';
import { compare, numberOf, truthy } from '../values/compare.ts';
import { PyDict } from '../values/dict.ts';
import { toFloat } from '../values/numbers.ts';
import { add, divideValues, negate, raise } from '../values/operators.ts';
import { str } from '../values/text.ts';
import { float, textOf, typeName, type Value } from '../values/types.ts';
import { Undefined } from '../values/undefined.ts';
import { decimalSeparator, thousandsSeparator, translate, translateCount } from './locale.ts';

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value < 0 ? '-Inf' : '+Inf';
}

/** `text % number`, as a string. */
export function percent(format: Value, value: Value): string {
  const text = textOf(format);
  if (text === undefined)
    throw typeError(`unsupported operand type(s) for %: '${typeName(format)}' and 'float'`);
  return formatPercent(text, value) as string;
}

/** Runs `work` on the number of a value; what is no number is returned as its text. */
function onInteger(value: Value, work: (whole: bigint) => string): string {
  let whole: Value;
  try {
    const real = floatOf(value);
    if (!Number.isFinite(real)) return notFinite(real);
    whole = integerOf(value);
  } catch (error) {
    if (caught(error, 'TypeError', 'ValueError')) return str(value);
    throw error;
  }
  return work(BigInt(whole as number | bigint));
}

const suffixes = ['th', 'st', 'nd', 'rd', 'th', 'th', 'th', 'th', 'th', 'th'];
const mod = (value: bigint, by: bigint): number => Number(((value % by) + by) % by);

export function ordinal(render: Render, value: Value, gender: Value): Value {
  return onInteger(value, (whole) => {
    const digit = [11, 12, 13].includes(mod(whole, 100n)) ? 0 : mod(whole, 10n);
    const kind = textOf(gender) === 'male' ? 'male' : 'female';
    return `${whole}${translate(render.locale, suffixes[digit] as string, `${digit} (${kind})`)}`;
  });
}

const words = 'zero one two three four five six seven eight nine'.split(' ');

export function apnumber(render: Render, value: Value): Value {
  return onInteger(value, (whole) =>
    whole >= 0n && whole < 10n ? translate(render.locale, words[Number(whole)] as string) : String(whole),
  );
}

export function intcomma(render: Render, value: Value, digits: Value): Value {
  const group = thousandsSeparator(render.locale);
  const point = decimalSeparator(render.locale);
  let number = value;
  try {
    const text = textOf(value);
    if (text !== undefined) number = text.replaceAll(group, '').replaceAll(point, '.');
    const real = floatOf(number);
    if (!Number.isFinite(real)) return notFinite(real);
    if (typeof number === 'string') number = number.includes('.') ? float(real) : integerOf(number);
  } catch (error) {
    if (caught(error, 'TypeError', 'ValueError')) return str(number);
    throw error;
  }
  const formatted = formatValue(number, digits === null ? ',' : `,.${str(digits)}f`);
  return formatted.replace(/[,.]/g, (char) => (char === ',' ? group : point));
}

const scaleNames =
  'thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion googol'.split(
    ' ',
  );
const scalePowers = [3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 100].map((exponent) => 10n ** BigInt(exponent));

export function intword(render: Render, value: Value, format: Value): Value {
  return onInteger(value, (whole) => {
    const size = whole < 0n ? -whole : whole;
    const sign = whole < 0n ? '-' : '';
    if (size < 1000n) return `${sign}${size}`;
    let index = scalePowers.findLastIndex((power) => power <= size);
    const power = scalePowers[index] as bigint;
    let rounded = parseFloatText(percent(format, divideValues(integerOfBig(size), integerOfBig(power))));
    const next = scalePowers[index + 1];
    if (next !== undefined && isExactly(rounded * Number(power), next)) {
      index += 1;
      rounded = 1;
    }
    const name = scaleNames[index] as string;
    const unit = translateCount(render.locale, name, name, Math.ceil(rounded));
    const text = percent(format, float(rounded)).replaceAll('.', decimalSeparator(render.locale));
    return `${sign}${text} ${unit}`;
  });
}

const integerOfBig = (value: bigint): Value => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** Floats and integers are compared by their exact values, as Python does. */
const isExactly = (real: number, whole: bigint): boolean => Number.isInteger(real) && BigInt(real) === whole;

/** The fraction nearest to a number with a denominator of at most `limit` (continued fractions). */
function limitDenominator(value: number, limit: bigint): [numerator: bigint, denominator: bigint] {
  let denominator = 1n;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  const numerator = BigInt(scaled);
  if (denominator <= limit) return [numerator, denominator];
  let [p0, q0, p1, q1] = [0n, 1n, 1n, 0n];
  let [n, d] = [numerator, denominator];
  for (;;) {
    let a = n / d;
    if (a * d > n) a -= 1n;
    const q2 = q0 + a * q1;
    if (q2 > limit) break;
    [p0, q0, p1, q1] = [p1, q1, p0 + a * p1, q2];
    [n, d] = [d, n - a * d];
  }
  const k = (limit - q0) / q1;
  const [bound1, bound2] = [
    [p0 + k * p1, q0 + k * q1],
    [p1, q1],
  ] as const;
  const distance = ([p, q]: readonly [bigint, bigint]): [bigint, bigint] => {
    const difference = p * denominator - numerator * q;
    return [difference < 0n ? -difference : difference, q * denominator];
  };
  const [a1, b1] = distance(bound1);
  const [a2, b2] = distance(bound2);
  return [...(a2 * b1 <= a1 * b2 ? bound2 : bound1)] as [bigint, bigint];
}

export function fractional(_render: Render, value: Value): Value {
  let real: number;
  try {
    real = floatOf(value);
  } catch (error) {
    if (caught(error, 'TypeError', 'ValueError')) return str(value);
    throw error;
  }
  if (!Number.isFinite(real)) return notFinite(real);
  const whole = Math.trunc(real);
  const [numerator, denominator] = limitDenominator(real - whole, 1000n);
  if (whole !== 0 && numerator === 0n && denominator === 1n) return fixedSigned(whole);
  if (whole === 0) return `${numerator}/${denominator}`;
  return `${fixedSigned(whole)} ${numerator < 0n ? -numerator : numerator}/${denominator}`;
}

const fixedSigned = (whole: number): string => (whole < 0 ? '-' : '') + fixed(whole, 0);

const superscripts: Record<string, string> = Object.fromEntries(
  [...'0123456789-'].map((char, i) => [char, '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'[i] ?? '']),
);

export function scientific(_render: Render, value: Value, precision: Value): Value {
  let real: number;
  try {
    real = floatOf(value);
  } catch (error) {
    if (caught(error, 'TypeError', 'ValueError')) return str(value);
    throw error;
  }
  if (!Number.isFinite(real)) return notFinite(real);
  const text = formatValue(float(real), `.${str(integerOf(precision))}e`);
  const [mantissa = '', exponent = '0'] = text.split('e');
  return `${mantissa} x 10${String(Number(exponent)).replace(/[-\d]/g, (char) => superscripts[char] as string)}`;
}

function finite(value: Value): string | undefined {
  if (value instanceof Undefined) value.fail();
  const number = numberOf(value);
  if (number === undefined) throw typeError(`must be real number, not ${typeName(value)}`);
  const real = toFloat(number);
  return Number.isFinite(real) ? undefined : notFinite(real);
}

export interface ClampOptions {
  floor: Value;
  ceil: Value;
  format: Value;
  floorToken: Value;
  ceilToken: Value;
}

export function clamp(render: Render, value: Value, options: ClampOptions): Value {
  if (value === null) return null;
  const special = finite(value);
  if (special !== undefined) return special;
  let token: Value = '';
  let shown = value;
  if (options.floor !== null && compare(value, options.floor, '<') < 0) {
    shown = options.floor;
    token = options.floorToken;
  } else if (options.ceil !== null && compare(value, options.ceil, '>') > 0) {
    shown = options.ceil;
    token = options.ceilToken;
  }
  const format = textOf(options.format);
  if (format !== undefined) {
    const text = formatText(format, {
      positional: [shown],
      named: new PyDict(),
      attribute: (owner, name) => getAttribute(render, owner, name),
      item: (owner, key) => getItem(render, owner, key),
      escaping: false,
    });
    return add(token, text);
  }
  if (options.format instanceof Callable) return add(token, callValue(render, options.format, [shown]));
  throw valueError(
    'Invalid format. Must be either a valid formatting string, or a function that accepts value and returns a string.',
  );
}

export function metric(render: Render, value: Value, unit: Value, precision: Value): Value {
  const special = finite(value);
  if (special !== undefined) return special;
  const real = toFloat(numberOf(value) as number | bigint);
  let exponent = real === 0 ? 0 : Math.floor(Math.log10(Math.abs(real)));
  if (exponent >= 33 || exponent < -30) return add(scientific(render, value, add(precision, -1)), unit);
  const bucket = Math.floor(exponent / 3) * 3;
  let scaled = divideValues(value, raise(10, bucket));
  const places = numberOf(precision);
  if (places === undefined)
    throw typeError(`unsupported operand type(s) for -: '${typeName(precision)}' and 'int'`);
  const digitsAt = (exp: number): number =>
    Math.trunc(Math.max(0, Number(places) - (((exp % 3) + 3) % 3) - 1));
  let digits = digitsAt(exponent);
  const size = numberOf(roundValue(compare(scaled, 0, '<') < 0 ? negate(scaled) : scaled, digits)) as number;
  if (exponent < 30 && size >= 1000) {
    exponent += 3 - (((exponent % 3) + 3) % 3);
    scaled = divideValues(scaled, raise(10, Math.floor(exponent / 3) * 3 - bucket));
    digits = digitsAt(exponent);
  }
  let prefix = '';
  if (exponent >= 3) prefix = 'kMGTPEZYRQ'[Math.floor(exponent / 3) - 1] ?? '';
  else if (exponent < 0) prefix = 'mμnpfazyrq'[Math.floor((-exponent - 1) / 3)] ?? '';
  const space = (!truthy(unit) && prefix === '') || ['°', '′', '″'].includes(textOf(unit) ?? '') ? '' : ' ';
  return `${formatValue(scaled, `.${digits}f`)}${space}${prefix}${str(unit)}`;
}

const sizeUnits = {
  decimal: 'kB MB GB TB PB EB ZB YB RB QB'.split(' '),
  binary: 'KiB MiB GiB TiB PiB EiB ZiB YiB RiB QiB'.split(' '),
  gnu: [...'KMGTPEZYRQ'],
};

export function naturalsize(render: Render, value: Value, binary: Value, gnu: Value, format: Value): Value {
  const isGnu = truthy(gnu);
  const units = isGnu ? sizeUnits.gnu : truthy(binary) ? sizeUnits.binary : sizeUnits.decimal;
  const base = isGnu || truthy(binary) ? 1024 : 1000;
  const bytes = floatOf(value);
  const size = Math.abs(bytes);
  if (size === 1 && !isGnu) return percent(translate(render.locale, '%d Byte'), integerOf(float(bytes)));
  if (size < base) {
    const whole = integerOf(float(bytes));
    return isGnu ? `${str(whole)}B` : percent(translate(render.locale, '%d Bytes'), whole);
  }
  let exponent = Math.min(Math.log(size) / Math.log(base), units.length);
  if (Number.isNaN(exponent)) throw valueError('cannot convert float NaN to integer');
  exponent = Math.trunc(exponent);
  const shown = (exp: number, of: number): string => percent(format, float(of / base ** exp));
  if (exponent < units.length && Math.abs(parseFloatText(shown(exponent, size))) >= base) exponent += 1;
  const unit = units[exponent - 1] as string;
  return shown(exponent, bytes) + (isGnu ? '' : ' ') + translate(render.locale, unit);
}
