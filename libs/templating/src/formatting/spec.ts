import { overflowError, typeError, valueError } from '../errors.ts';
import { charge, checkStringLength } from '../runtime/budget.ts';
import { toFloat } from '../values/numbers.ts';
import { bigintText, floatText, str } from '../values/text.ts';
import { PyFloat, isFloat, isInteger, textOf, typeName, type Value } from '../values/types.ts';
import { codePointLength, sliceText } from '../values/unicode.ts';
import { exponential, fixed, general, group } from './decimal.ts';

interface Spec {
  fill: string;
  align: string;
  sign: string;
  coerceZero: boolean;
  alternate: boolean;
  zero: boolean;
  width: number;
  grouping: string;
  precision: number | undefined;
  type: string;
}

const pattern = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([\s\S])?$/u;

function parse(text: string, value: Value): Spec {
  const match = pattern.exec(text);
  if (!match)
    throw valueError(text.endsWith('.') ? 'Format specifier missing precision' : 'Invalid format specifier');
  const [, fill, align, sign, z, alternate, zero, width, grouping, precision, type] = match;
  if ((width?.length ?? 0) > 15 || (precision?.length ?? 0) > 15) {
    throw valueError('Too many decimal digits in format string');
  }
  const spec: Spec = {
    fill: fill ?? (zero !== undefined && align === undefined ? '0' : ' '),
    align: align ?? (zero !== undefined && textOf(value) === undefined ? '=' : ''),
    sign: sign ?? '',
    coerceZero: z !== undefined,
    alternate: alternate !== undefined,
    zero: zero !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  };
  // A zero with an explicit alignment still pads with zeros, as in Python 3.10 and later.
  if (zero !== undefined && fill === undefined) spec.fill = '0';
  checkStringLength(spec.width);
  checkStringLength(spec.precision ?? 0);
  return spec;
}

/** Python's `format(value, spec)`. */
export function formatValue(value: Value, specText: string): string {
  if (specText === '') return str(value);
  if (typeof value === 'boolean') return formatInteger(value ? 1 : 0, parse(specText, value));
  if (isInteger(value)) return formatInteger(value, parse(specText, value));
  if (isFloat(value))
    return formatFloat(value instanceof PyFloat ? value.value : value, parse(specText, value), true);
  const text = textOf(value);
  if (text === undefined) {
    throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
  return formatString(text, parse(specText, value));
}

function formatString(text: string, spec: Spec): string {
  if (spec.type !== '' && spec.type !== 's') throw unknownCode(spec.type, 'str');
  if (spec.sign)
    throw valueError(`${spec.sign === ' ' ? 'Space' : 'Sign'} not allowed in string format specifier`);
  if (spec.coerceZero) throw valueError('Negative zero coercion (z) not allowed in string format specifier');
  if (spec.alternate) throw valueError('Alternate form (#) not allowed in string format specifier');
  if (spec.grouping) throw valueError(`Cannot specify '${spec.grouping}' with 's'.`);
  if (spec.align === '=') throw valueError("'=' alignment not allowed in string format specifier");
  return pad(spec.precision === undefined ? text : sliceText(text, 0, spec.precision), spec, '<');
}

function unknownCode(code: string, type: string): Error {
  return valueError(`Unknown format code '${code}' for object of type '${type}'`);
}

function pad(text: string, spec: Spec, fallback: string): string {
  const missing = spec.width - codePointLength(text);
  if (missing <= 0) return text;
  const align = spec.align === '' ? fallback : spec.align;
  const left = align === '<' ? 0 : align === '^' ? missing >> 1 : missing;
  return spec.fill.repeat(left) + text + spec.fill.repeat(missing - left);
}

/** Joins sign, prefix and digits, and pads between them where the alignment is `=`. */
function assemble(
  head: string,
  whole: string,
  tail: string,
  spec: Spec,
  separator: string,
  size = 3,
): string {
  let digits = separator ? group(whole, separator, size) : whole;
  if (spec.align === '=') {
    const room = spec.width - head.length - tail.length;
    if (spec.fill === '0' && separator) {
      charge(Math.max(0, room) / 16);
      digits = group(whole.padStart(digitsThatFill(room, size), '0'), separator, size);
    } else {
      digits = spec.fill.repeat(Math.max(0, room - digits.length)) + digits;
    }
    return head + digits + tail;
  }
  return pad(head + digits + tail, spec, '>');
}

/** The smallest number of digits that with their separators take at least `room` characters. */
function digitsThatFill(room: number, size: number): number {
  let count = Math.max(1, Math.floor((room * size) / (size + 1)) - 1);
  while (count + Math.floor((count - 1) / size) < room) count += 1;
  return count;
}

function signText(negative: boolean, spec: Spec): string {
  if (negative) return '-';
  return spec.sign === '+' || spec.sign === ' ' ? spec.sign : '';
}

const radixes: Record<string, number> = { b: 2, o: 8, x: 16, X: 16 };

function formatInteger(value: number | bigint, spec: Spec): string {
  if ('eEfFgG%'.includes(spec.type) && spec.type !== '') return formatFloat(toFloat(value), spec, false);
  if (spec.precision !== undefined) throw valueError('Precision not allowed in integer format specifier');
  if (spec.coerceZero)
    throw valueError('Negative zero coercion (z) not allowed in format specifier with integer');
  if (spec.type === 'c') return formatCharacter(value, spec);
  const radix = spec.type === '' || spec.type === 'd' || spec.type === 'n' ? 10 : radixes[spec.type];
  if (radix === undefined) throw unknownCode(spec.type, 'int');
  if (spec.grouping && (spec.type === 'n' || (spec.grouping === ',' && radix !== 10))) {
    throw valueError(`Cannot specify '${spec.grouping}' with '${spec.type}'.`);
  }
  const negative = value < 0;
  const size = negative ? -value : value;
  let digits = typeof size === 'bigint' && radix === 10 ? bigintText(size) : size.toString(radix);
  if (spec.type === 'X') digits = digits.toUpperCase();
  const prefix = spec.alternate && radix !== 10 ? `0${spec.type}` : '';
  return assemble(signText(negative, spec) + prefix, digits, '', spec, spec.grouping, radix === 10 ? 3 : 4);
}

function formatCharacter(value: number | bigint, spec: Spec): string {
  if (spec.sign) throw valueError("Sign not allowed with integer format specifier 'c'");
  if (spec.alternate) throw valueError("Alternate form (#) not allowed with integer format specifier 'c'");
  if (spec.grouping) throw valueError(`Cannot specify '${spec.grouping}' with 'c'.`);
  if (value < 0 || value > 0x10ffff) throw overflowError('%c arg not in range(0x110000)');
  return pad(
    String.fromCodePoint(Number(value)),
    { ...spec, align: spec.align === '=' ? '>' : spec.align },
    '>',
  );
}

function formatFloat(value: number, spec: Spec, isFloatValue: boolean): string {
  const { type } = spec;
  if (type !== '' && !'eEfFgGn%'.includes(type)) throw unknownCode(type, isFloatValue ? 'float' : 'int');
  if (spec.grouping && type === 'n') throw valueError(`Cannot specify '${spec.grouping}' with 'n'.`);
  let text = digitsOf(Math.abs(value), spec);
  let negative = value < 0 || Object.is(value, -0);
  if (spec.coerceZero && negative && !/[1-9]/.test(text)) negative = false;
  if (type === 'E' || type === 'F' || type === 'G') text = text.toUpperCase();
  const end = /[^\d]/.exec(text)?.index ?? text.length;
  return assemble(
    signText(negative, spec),
    text.slice(0, end),
    text.slice(end),
    spec,
    end > 0 ? spec.grouping : '',
  );
}

function digitsOf(value: number, spec: Spec): string {
  const { type, precision, alternate } = spec;
  const suffix = type === '%' ? '%' : '';
  if (Number.isNaN(value)) return `nan${suffix}`;
  if (value === Number.POSITIVE_INFINITY) return `inf${suffix}`;
  switch (type.toLowerCase()) {
    case '%': {
      const text = fixed(value * 100, precision ?? 6);
      return `${text}${alternate && precision === 0 ? '.' : ''}%`;
    }
    case 'f':
      return fixed(value, precision ?? 6) + (alternate && precision === 0 ? '.' : '');
    case 'e':
      return exponential(value, precision ?? 6, alternate);
    case '':
      return precision === undefined ? shortest(value, alternate) : withPoint(value, precision, alternate);
    default:
      return general(value, precision ?? 6, alternate);
  }
}

/** No type but a precision: like `g`, with at least one digit after the point and an exponent one digit earlier. */
function withPoint(value: number, precision: number, alternate: boolean): string {
  const text = general(value, precision, alternate, 1);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The shortest text, which the alternate form gives a point. */
function shortest(value: number, alternate: boolean): string {
  const text = floatText(value);
  return alternate && !text.includes('.') ? text.replace('e', '.e') : text;
}
