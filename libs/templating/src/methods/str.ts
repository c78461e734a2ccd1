import { typeError, valueError } from '../errors.ts';
import { charge, chargeText, checkStringLength } from '../runtime/budget.ts';
import { native, type NativeFunction } from '../runtime/callable.ts';
import { iterate, toArray } from '../values/sequence.ts';
import { PyTuple, textOf, typeName, type Value } from '../values/types.ts';
import {
  codePointLength,
  codePoints,
  hasSurrogates,
  sliceText,
  trimEnd,
  trimStart,
} from '../values/unicode.ts';
import { indexArgument, textArgument, windowOf } from './arguments.ts';
import { capitalize, casefold, swapcase, title } from './case.ts';
import { classifiers } from './classify.ts';
import { encodeText } from './encodings.ts';
import { maketrans, translate } from './translate.ts';
import { strFormat, strFormatMap } from './str-format.ts';
import { expandTabs, rsplit, split, splitLines } from './split.ts';

export function replaceText(text: string, old: string, replacement: string, limit: number): string {
  chargeText(text.length);
  if (limit === 0) return text;
  if (old === '') return spread(text, replacement, limit);
  if (limit < 0) {
    // All that it could find, before it looks; then what it found.
    charge(text.length / old.length / 64);
    const pieces = text.split(old);
    charge(pieces.length >>> 2);
    checkStringLength(text.length + (pieces.length - 1) * Math.max(0, replacement.length - old.length));
    return pieces.join(replacement);
  }
  let from = 0;
  const parts: string[] = [];
  let at = text.indexOf(old);
  while (at >= 0 && parts.length < limit) {
    charge(1);
    parts.push(text.slice(from, at));
    from = at + old.length;
    at = text.indexOf(old, from);
  }
  checkStringLength(text.length + parts.length * Math.max(0, replacement.length - old.length));
  parts.push(text.slice(from));
  return parts.join(replacement);
}

/** Replacing the empty text puts the replacement around every character. */
function spread(text: string, replacement: string, limit: number): string {
  const chars = codePoints(text);
  checkStringLength(text.length + replacement.length * (chars.length + 1));
  const count = limit < 0 ? chars.length + 1 : limit;
  let result = '';
  chars.forEach((char, i) => (result += (i < count ? replacement : '') + char));
  return result + (chars.length < count ? replacement : '');
}

/** `indexOf` by code points within a window; -1 where the part does not occur. */
function find(text: string, part: string, window: [number, number], last: boolean): number {
  chargeText(text.length);
  const [start, end] = window;
  if (start > end) return -1;
  const piece = sliceText(text, start, end);
  const at = last ? piece.lastIndexOf(part) : piece.indexOf(part);
  if (at < 0) return -1;
  return start + (hasSurrogates(piece) ? codePointLength(piece.slice(0, at)) : at);
}

function finder(name: string, last: boolean, raises: boolean): NativeFunction {
  return native(
    `${name}(sub, start=None, end=None, /)`,
    (_r, self: string, sub: Value, start: Value, end: Value) => {
      const position = find(
        self,
        textArgument(sub, 'argument'),
        windowOf(start, end, codePointLength(self)),
        last,
      );
      if (position < 0 && raises) throw valueError('substring not found');
      return position;
    },
  );
}

function affix(name: string, test: (text: string, part: string) => boolean): NativeFunction {
  return native(
    `${name}(prefix, start=None, end=None, /)`,
    (_r, self: string, prefix: Value, start: Value, end: Value) => {
      const [from, to] = windowOf(start, end, codePointLength(self));
      const candidates = prefix instanceof PyTuple ? prefix.items : [prefix];
      if (!(prefix instanceof PyTuple) && textOf(prefix) === undefined) {
        throw typeError(`${name} first arg must be str or a tuple of str, not ${typeName(prefix)}`);
      }
      const whole = start === null && end === null;
      const piece = whole ? self : from > to ? undefined : sliceText(self, from, to);
      return candidates.some((item) => {
        const part = textArgument(item, `tuple for ${name} must only contain str, item`);
        return piece !== undefined && test(piece, part);
      });
    },
  );
}

function stripper(name: string, left: boolean, right: boolean): NativeFunction {
  return native(`${name}(chars=None, /)`, (_r, self: string, chars: Value) =>
    stripText(self, chars, left, right),
  );
}

/** `strip` and its one-sided relatives. */
export function stripText(text: string, chars: Value, left: boolean, right: boolean): string {
  chargeText(text.length);
  if (chars === null) return left ? (right ? trimEnd(trimStart(text)) : trimStart(text)) : trimEnd(text);
  const set = new Set(
    textArgument(chars, `${left ? (right ? '' : 'l') : 'r'}strip arg must be None or str; it`),
  );
  const items = codePoints(text);
  let start = 0;
  let end = items.length;
  if (left) while (start < end && set.has(items[start] as string)) start++;
  if (right) while (end > start && set.has(items[end - 1] as string)) end--;
  return items.slice(start, end).join('');
}

/** Pads to a width in code points; the extra character of an odd rest goes where CPython puts it. */
export function justify(
  text: string,
  width: number,
  fill: string,
  where: 'left' | 'right' | 'center',
): string {
  const size = codePointLength(text);
  const missing = width - size;
  if (missing <= 0) return text;
  checkStringLength(text.length + missing * fill.length);
  const before = where === 'left' ? 0 : where === 'right' ? missing : (missing >> 1) + (missing & width & 1);
  return fill.repeat(before) + text + fill.repeat(missing - before);
}

function justifier(name: string, where: 'left' | 'right' | 'center'): NativeFunction {
  return native(`${name}(width, fillchar=' ', /)`, (_r, self: string, width: Value, fill: Value) => {
    const char = textArgument(fill, 'The fill character');
    if (codePointLength(char) !== 1) throw typeError('The fill character must be exactly one character long');
    return justify(self, indexArgument(width), char, where);
  });
}

function partition(name: string, last: boolean): NativeFunction {
  return native(`${name}(sep, /)`, (_r, self: string, sep: Value) => {
    const separator = textArgument(sep, 'argument');
    if (separator === '') throw valueError('empty separator');
    chargeText(self.length);
    const at = last ? self.lastIndexOf(separator) : self.indexOf(separator);
    if (at < 0) return new PyTuple(last ? ['', '', self] : [self, '', '']);
    return new PyTuple([self.slice(0, at), separator, self.slice(at + separator.length)]);
  });
}

/** Joins strings; anything else among them is a TypeError. */
export function joinStrings(separator: string, items: readonly Value[]): string {
  let length = 0;
  const texts = items.map((item, i) => {
    const text = textOf(item);
    if (text === undefined)
      throw typeError(`sequence item ${i}: expected str instance, ${typeName(item)} found`);
    length += text.length + separator.length;
    return text;
  });
  checkStringLength(length);
  return texts.join(separator);
}

function countText(text: string, part: string): number {
  chargeText(text.length);
  if (part === '') return codePointLength(text) + 1;
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  charge(count >>> 3);
  return count;
}

const simple = (name: string, convert: (text: string) => Value): NativeFunction =>
  native(`${name}()`, (_r, self: string) => {
    chargeText(self.length);
    return convert(self);
  });

function zfill(text: string, width: number): string {
  const missing = width - codePointLength(text);
  if (missing <= 0) return text;
  checkStringLength(width);
  const signed = /^[+-]/.test(text);
  return (signed ? (text[0] as string) : '') + '0'.repeat(missing) + (signed ? text.slice(1) : text);
}

const functions: NativeFunction[] = [
  simple('upper', (text) => text.toUpperCase()),
  simple('lower', (text) => text.toLowerCase()),
  simple('capitalize', capitalize),
  simple('title', title),
  simple('swapcase', swapcase),
  simple('casefold', casefold),
  ...Object.entries(classifiers).map(([name, test]) => simple(name, test)),
  stripper('strip', true, true),
  stripper('lstrip', true, false),
  stripper('rstrip', false, true),
  justifier('ljust', 'left'),
  justifier('rjust', 'right'),
  justifier('center', 'center'),
  native('zfill(width, /)', (_r, self: string, width: Value) => zfill(self, indexArgument(width))),
  finder('find', false, false),
  finder('rfind', true, false),
  finder('index', false, true),
  finder('rindex', true, true),
  affix('startswith', (text, part) => text.startsWith(part)),
  affix('endswith', (text, part) => text.endsWith(part)),
  partition('partition', false),
  partition('rpartition', true),
  native('count(sub, start=None, end=None, /)', (_r, self: string, sub: Value, start: Value, end: Value) => {
    const part = textArgument(sub, 'argument');
    const [from, to] = windowOf(start, end, codePointLength(self));
    return from > to ? 0 : countText(sliceText(self, from, to), part);
  }),
  native('replace(old, new, count=-1, /)', (_r, self: string, old: Value, replacement: Value, count: Value) =>
    replaceText(
      self,
      textArgument(old, 'replace() argument 1'),
      textArgument(replacement, 'replace() argument 2'),
      indexArgument(count),
    ),
  ),
  native('removeprefix(prefix, /)', (_r, self: string, prefix: Value) => {
    const part = textArgument(prefix, 'removeprefix() argument');
    return self.startsWith(part) ? self.slice(part.length) : self;
  }),
  native('removesuffix(suffix, /)', (_r, self: string, suffix: Value) => {
    const part = textArgument(suffix, 'removesuffix() argument');
    return part !== '' && self.endsWith(part) ? self.slice(0, -part.length) : self;
  }),
  native('join(iterable, /)', (_r, self: string, items: Value) => {
    iterate(items);
    return joinStrings(self, toArray(items));
  }),
  native('split(sep=None, maxsplit=-1)', (_r, self: string, sep: Value, maximum: Value) =>
    split(self, sep, indexArgument(maximum)),
  ),
  native('rsplit(sep=None, maxsplit=-1)', (_r, self: string, sep: Value, maximum: Value) =>
    rsplit(self, sep, indexArgument(maximum)),
  ),
  native('splitlines(keepends=False)', (_r, self: string, keep: Value) =>
    splitLines(self, indexArgument(keep) !== 0),
  ),
  native('expandtabs(tabsize=8)', (_r, self: string, size: Value) => expandTabs(self, indexArgument(size))),
  native("encode(encoding='utf-8', errors='strict')", (_r, self: string, encoding: Value, errors: Value) =>
    encodeText(
      self,
      textArgument(encoding, "encode() argument 'encoding'"),
      textArgument(errors, "encode() argument 'errors'"),
    ),
  ),
  native('translate(table, /)', (_r, self: string, mapping: Value) => translate(self, mapping)),
  native('maketrans(x, y=?, z=?, /)', (_r, _self: string, x: Value, y?: Value, z?: Value) =>
    maketrans(x, y, z),
  ),
  strFormat,
  strFormatMap,
];

export const strMethods: ReadonlyMap<string, NativeFunction> = new Map(
  functions.map((method) => [method.signature.name, method]),
);
