import { overflowError, keyError, typeError, valueError } from '../errors.ts';
import { charge, checkStringLength } from '../runtime/budget.ts';
import { floatOf, integerOf } from '../filters/numbers.ts';
import { numberOf } from '../values/compare.ts';
import { PyBytes } from '../values/bytes.ts';
import { PyDict } from '../values/dict.ts';
import { escapeText } from '../values/markup.ts';
import { toFloat } from '../values/numbers.ts';
import { PyRange, indexValue } from '../values/sequence.ts';
import { repr, str, bigintText } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import {
  Markup,
  PyFloat,
  PyTuple,
  float,
  isFloat,
  isInteger,
  textOf,
  typeName,
  type Value,
} from '../values/types.ts';
import { codePointLength, codePoints, sliceText } from '../values/unicode.ts';
import { exponential, fixed, general } from './decimal.ts';

const conversion = /%(?:\(((?:[^()]|\([^()]*\))*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?([hlL])?([\s\S]?)/gu;

interface Field {
  flags: string;
  width: number;
  precision: number | undefined;
  type: string;
}

/** Hands out the arguments of one `%` operation in turn. */
class Arguments {
  private readonly values: readonly Value[];
  private readonly single: Value;
  private readonly isTuple: boolean;
  private used = 0;

  constructor(argument: Value) {
    this.isTuple = argument instanceof PyTuple;
    this.values = argument instanceof PyTuple ? argument.items : [argument];
    this.single = argument;
  }

  next(): Value {
    if (this.used >= this.values.length) throw typeError('not enough arguments for format string');
    return this.values[this.used++] as Value;
  }

  named(name: string): Value {
    const mapping = this.single;
    if (mapping instanceof Undefined) return mapping;
    if (!(mapping instanceof PyDict)) throw typeError('format requires a mapping');
    const value = mapping.get(name);
    if (value === undefined) throw keyError(repr(name));
    this.used = this.values.length;
    return value;
  }

  finish(): void {
    if (this.used >= this.values.length) return;
    if (!this.isTuple && isMapping(this.single)) return;
    throw typeError('not all arguments converted during string formatting');
  }
}

/** What Python's `%` accepts as a mapping, and so does not ask to be used up. */
function isMapping(value: Value): boolean {
  if (Array.isArray(value) || value instanceof PyDict || value instanceof PyRange) return true;
  return value instanceof Undefined || value instanceof PyBytes;
}

/** Python's `text % argument`. On `Markup`, what is inserted is escaped. */
export function formatPercent(template: Value, argument: Value): Value {
  const text = textOf(template) as string;
  const escaping = template instanceof Markup;
  const args = new Arguments(argument);
  let result = '';
  let end = 0;
  conversion.lastIndex = 0;
  for (const match of text.matchAll(conversion)) {
    charge(4);
    result += text.slice(end, match.index);
    end = match.index + match[0].length;
    result += convert(match, args, escaping);
    checkStringLength(result.length);
  }
  result += text.slice(end);
  args.finish();
  return escaping ? new Markup(result) : result;
}

function count(text: string | undefined, args: Arguments): number | undefined {
  if (text === undefined) return undefined;
  if (text === '*') {
    const value = indexValue(args.next());
    if (value === undefined) throw typeError('* wants int');
    return value;
  }
  return text === '' ? 0 : Number(text);
}

function convert(match: RegExpMatchArray, args: Arguments, escaping: boolean): string {
  if (match[0] === '%%') return '%';
  const [, name, flags = '', widthText, precisionText, , type = ''] = match;
  const named = name === undefined ? undefined : args.named(name);
  let width = count(widthText, args) ?? 0;
  const precision = count(precisionText, args);
  const left = flags.includes('-') || width < 0;
  width = Math.abs(width);
  checkStringLength(width);
  checkStringLength(precision ?? 0);
  if (type === '') throw valueError('incomplete format');
  const field: Field = { flags, width, precision, type };
  const value = named ?? args.next();
  const body = convertValue(value, field, escaping);
  const size = width > body.length ? codePointLength(body) : width;
  if (size >= width) return body;
  return left ? body + ' '.repeat(width - size) : ' '.repeat(width - size) + body;
}

function convertValue(value: Value, field: Field, escaping: boolean): string {
  switch (field.type) {
    case 's':
      return cut(escaping ? escaped(value) : str(value), field.precision);
    case 'r':
      return cut(escaping ? escapeText(repr(value)) : repr(value), field.precision);
    case 'a':
      return cut(escaping ? escapeText(asciiRepr(value)) : asciiRepr(value), field.precision);
    case 'c':
      if (escaping) throw typeError('%c requires int or char');
      return character(value);
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
      return integerField(escaping ? unwrapped(value, field) : value, field);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return floatField(escaping ? unwrapped(value, field) : value, field);
    default:
      throw valueError(
        `unsupported format character '${field.type}' (0x${field.type.codePointAt(0)?.toString(16)})`,
      );
  }
}

/** What `Markup` inserts comes in a wrapper that knows `int()` and `float()`, and so reads numbers off texts. */
function unwrapped(value: Value, { type }: Field): Value {
  if ('oxX'.includes(type))
    throw typeError(`%${type} format: an integer is required, not _MarkupEscapeHelper`);
  return 'diu'.includes(type) ? integerOf(value) : float(floatOf(value));
}

function escaped(value: Value): string {
  return value instanceof Markup ? value.text : escapeText(str(value));
}

function cut(text: string, precision: number | undefined): string {
  return precision === undefined ? text : sliceText(text, 0, precision);
}

/** Python's `ascii()`. */
export function asciiRepr(value: Value): string {
  return repr(value).replace(/[^\0-\x7f]/gu, (char) => {
    const code = char.codePointAt(0) as number;
    if (code < 0x100) return `\\x${code.toString(16)}`;
    return code < 0x10000
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\U${code.toString(16).padStart(8, '0')}`;
  });
}

function character(value: Value): string {
  const text = textOf(value);
  if (text !== undefined && codePoints(text).length === 1) return text;
  const code = text === undefined ? indexValue(value) : undefined;
  if (code === undefined) throw typeError('%c requires int or char');
  if (code < 0 || code > 0x10ffff) throw overflowError('%c arg not in range(0x110000)');
  return String.fromCodePoint(code);
}

function signed(negative: boolean, field: Field, digits: string, prefix = ''): string {
  const sign = negative ? '-' : field.flags.includes('+') ? '+' : field.flags.includes(' ') ? ' ' : '';
  const head = sign + prefix;
  if (!field.flags.includes('0') || field.flags.includes('-')) return head + digits;
  return head + digits.padStart(field.width - head.length, '0');
}

function integerField(value: Value, field: Field): string {
  const { type } = field;
  const decimal = type === 'd' || type === 'i' || type === 'u';
  const number = numberOf(value);
  if (number === undefined) {
    if (decimal && value instanceof Undefined) value.fail();
    if (decimal) throw typeError(`%${type} format: a real number is required, not ${typeName(value)}`);
    throw typeError(`%${type} format: an integer is required, not ${typeName(value)}`);
  }
  if (!decimal && isFloat(value)) throw typeError(`%${type} format: an integer is required, not float`);
  if (typeof number === 'number' && !Number.isFinite(number)) {
    if (Number.isNaN(number)) throw valueError('cannot convert float NaN to integer');
    throw overflowError('cannot convert float infinity to integer');
  }
  const whole = BigInt(typeof number === 'number' ? Math.trunc(number) : number);
  const negative = whole < 0n;
  const size = negative ? -whole : whole;
  const radix = decimal ? 10 : type === 'o' ? 8 : 16;
  let digits = decimal ? bigintText(size) : size.toString(radix);
  if (field.precision !== undefined) digits = digits.padStart(field.precision, '0');
  let prefix = field.flags.includes('#') && !decimal ? (type === 'o' ? '0o' : `0${type}`) : '';
  if (type === 'X') {
    digits = digits.toUpperCase();
    prefix = prefix.toUpperCase();
  }
  return signed(negative, field, digits, prefix);
}

function floatField(value: Value, field: Field): string {
  const number = numberOf(value);
  if (value instanceof Undefined) value.fail();
  if (number === undefined || (!isInteger(value) && !isFloat(value) && typeof value !== 'boolean')) {
    throw typeError(`must be real number, not ${typeName(value)}`);
  }
  const float = value instanceof PyFloat ? value.value : toFloat(number);
  const upper = field.type !== field.type.toLowerCase();
  const text = floatDigits(Math.abs(float), field);
  const negative = float < 0 || Object.is(float, -0);
  return signed(negative, field, upper ? text.toUpperCase() : text);
}

function floatDigits(value: number, field: Field): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  const alternate = field.flags.includes('#');
  const precision = field.precision ?? 6;
  switch (field.type.toLowerCase()) {
    case 'e':
      return exponential(value, precision, alternate);
    case 'f':
      return fixed(value, precision) + (alternate && precision === 0 ? '.' : '');
    default:
      return general(value, precision, alternate);
  }
}
