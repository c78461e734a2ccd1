import { charge, chargeText } from '../runtime/budget.ts';

/*
 * JavaScript counts UTF-16 code units, Python code points. All helpers here take the quick path for texts without
 * surrogates, which nearly all are.
 */

const surrogate = /[\ud800-\udfff]/;

/** Taking a text apart costs far more than searching it. */
function chargeSplit(text: string): void {
  charge(1 + (text.length >>> 1));
}

/** Whether indexes in UTF-16 units differ from indexes in code points (or may). */
export function hasSurrogates(text: string): boolean {
  if (text.length > 256) chargeText(text.length);
  return surrogate.test(text);
}

/** Number of code points. */
export function codePointLength(text: string): number {
  if (!hasSurrogates(text)) return text.length;
  charge(text.length >>> 4);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xdc00) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next < 0xe000) i++;
    }
    count++;
  }
  return count;
}

/** The characters as Python sees them. */
export function codePoints(text: string): string[] {
  chargeSplit(text);
  return hasSurrogates(text) ? Array.from(text) : text.split('');
}

/** Order of two strings by code point. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  if (!hasSurrogates(a) && !hasSurrogates(b)) return a < b ? -1 : 1;
  chargeSplit(a);
  chargeSplit(b);
  const left = Array.from(a);
  const right = Array.from(b);
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = (left[i]?.codePointAt(0) as number) - (right[i]?.codePointAt(0) as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Slice by code points. */
export function sliceText(text: string, start: number, end?: number): string {
  if (!hasSurrogates(text)) return text.slice(start, end);
  chargeSplit(text);
  return Array.from(text).slice(start, end).join('');
}

/** The inside of a character class for what `str.isspace` accepts; `\s` differs in both directions. */
export const pythonSpace =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const spaceCodes = new Set([
  ...[0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
  ...Array.from({ length: 5 }, (_, i) => 9 + i),
  ...Array.from({ length: 4 }, (_, i) => 0x1c + i),
  ...Array.from({ length: 11 }, (_, i) => 0x2000 + i),
]);

export function isSpaceCode(code: number): boolean {
  return code < 0x80
    ? code === 0x20 || (code >= 9 && code <= 13) || (code >= 0x1c && code < 0x20)
    : spaceCodes.has(code);
}

/** `str.lstrip()` without arguments. */
export function trimStart(text: string): string {
  let i = 0;
  while (i < text.length && isSpaceCode(text.charCodeAt(i))) i++;
  return i === 0 ? text : text.slice(i);
}

/** `str.rstrip()` without arguments. */
export function trimEnd(text: string): string {
  let i = text.length;
  while (i > 0 && isSpaceCode(text.charCodeAt(i - 1))) i--;
  return i === text.length ? text : text.slice(0, i);
}

/** `str.split()` without arguments: words between runs of white space. */
export function splitWords(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(words)) {
    charge(1);
    found.push(match[0]);
  }
  return found;
}

const words = new RegExp(`[^${pythonSpace}]+`, 'g');
