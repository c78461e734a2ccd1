import { typeError, valueError } from '../errors.ts';
import { charge, chargeText, checkListLength, checkStringLength } from '../runtime/budget.ts';
import { textOf, typeName, type Value } from '../values/types.ts';
import { isSpaceCode, splitWords, trimEnd, trimStart } from '../values/unicode.ts';

function separatorOf(value: Value): string | null {
  if (value === null) return null;
  const text = textOf(value);
  if (text === undefined) throw typeError(`must be str or None, not ${typeName(value)}`);
  if (text === '') throw valueError('empty separator');
  return text;
}

/** `str.split`. */
export function split(text: string, sep: Value, maximum: number): string[] {
  const separator = separatorOf(sep);
  chargeText(text.length);
  if (separator === null) return maximum < 0 ? splitWords(text) : splitSpace(text, maximum);
  const parts = text.split(separator);
  charge(parts.length >>> 2);
  checkListLength(parts.length);
  if (maximum < 0 || parts.length <= maximum + 1) return parts;
  const head = parts.slice(0, maximum);
  const used = head.reduce((sum, part) => sum + part.length + separator.length, 0);
  return [...head, text.slice(used)];
}

function splitSpace(text: string, maximum: number): string[] {
  const parts: string[] = [];
  let rest = trimStart(text);
  while (rest !== '' && parts.length < maximum) {
    let end = 0;
    while (end < rest.length && !isSpaceCode(rest.charCodeAt(end))) end++;
    charge(1);
    parts.push(rest.slice(0, end));
    rest = trimStart(rest.slice(end));
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

/** `str.rsplit`. */
export function rsplit(text: string, sep: Value, maximum: number): string[] {
  const separator = separatorOf(sep);
  if (maximum < 0) return split(text, sep, -1);
  chargeText(text.length);
  if (separator === null) return rsplitSpace(text, maximum);
  const parts: string[] = [];
  let end = text.length;
  while (parts.length < maximum) {
    const at = end < separator.length ? -1 : text.lastIndexOf(separator, end - separator.length);
    if (at < 0) break;
    charge(1);
    parts.push(text.slice(at + separator.length, end));
    end = at;
  }
  parts.push(text.slice(0, end));
  return parts.reverse();
}

function rsplitSpace(text: string, maximum: number): string[] {
  const parts: string[] = [];
  let rest = trimEnd(text);
  while (rest !== '' && parts.length < maximum) {
    let start = rest.length;
    while (start > 0 && !isSpaceCode(rest.charCodeAt(start - 1))) start--;
    charge(1);
    parts.push(rest.slice(start));
    rest = trimEnd(rest.slice(0, start));
  }
  if (rest !== '') parts.push(rest);
  return parts.reverse();
}

// eslint-disable-next-line no-control-regex -- Python breaks lines at these control characters too
const lineBreak = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

/** `str.splitlines`. */
export function splitLines(text: string, keepEnds: boolean): string[] {
  chargeText(text.length);
  const lines: string[] = [];
  let start = 0;
  for (const match of text.matchAll(lineBreak)) {
    charge(1);
    const end = match.index + match[0].length;
    lines.push(text.slice(start, keepEnds ? end : match.index));
    start = end;
  }
  if (start < text.length) lines.push(text.slice(start));
  checkListLength(lines.length);
  return lines;
}

/** `str.expandtabs`. */
export function expandTabs(text: string, size: number): string {
  let column = 0;
  let result = '';
  charge(text.length >>> 2);
  for (const char of text) {
    if (char === '\t') {
      const width = size > 0 ? size - (column % size) : 0;
      checkStringLength(result.length + width);
      result += ' '.repeat(width);
      column += width;
    } else {
      result += char;
      column = char === '\n' || char === '\r' ? 0 : column + 1;
    }
  }
  return result;
}
