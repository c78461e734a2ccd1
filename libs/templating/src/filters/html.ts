import { charge, chargeText } from '../runtime/budget.ts';
import { splitWords } from '../values/unicode.ts';
import { bareEntities, entities, replacedReferences } from './html-entities.ts';

const reference = /&(#[0-9]{1,12};?|#[xX][0-9a-fA-F]{1,12};?|[^\t\n\f <&#;]{1,32};?)/g;

/** Python's `html.unescape`. */
export function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text;
  chargeText(text.length);
  return text.replace(reference, (whole, body: string) => {
    charge(2);
    return body.startsWith('#') ? numeric(body) : named(whole, body);
  });
}

function numeric(body: string): string {
  const hex = body[1] === 'x' || body[1] === 'X';
  const digits = body.slice(hex ? 2 : 1).replace(';', '');
  const code = Number.parseInt(digits, hex ? 16 : 10);
  const replaced = replacedReferences.get(code);
  if (replaced !== undefined) return String.fromCodePoint(replaced);
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return '\ufffd';
  return isInvalid(code) ? '' : String.fromCodePoint(code);
}

/** Code points that HTML does not allow by reference. */
function isInvalid(code: number): boolean {
  if (code >= 0x1 && code <= 0x8) return true;
  if (code >= 0xe && code <= 0x1f) return true;
  if (code >= 0x7f && code <= 0x9f) return true;
  if (code >= 0xfdd0 && code <= 0xfdef) return true;
  return code === 0xb || (code & 0xfffe) === 0xfffe;
}

function named(whole: string, body: string): string {
  const name = body.endsWith(';') ? body.slice(0, -1) : body;
  if (body.endsWith(';')) {
    const text = entities.get(name);
    if (text !== undefined) return text;
  }
  for (let length = name.length; length > 1; length--) {
    const prefix = name.slice(0, length);
    if (bareEntities.has(prefix)) return (entities.get(prefix) ?? '') + body.slice(length);
  }
  return whole;
}

/** markupsafe's `striptags`: comments and tags out, white space to single spaces, references read. */
export function stripTags(text: string): string {
  chargeText(text.length);
  charge(text.length / 32);
  const plain = cut(cut(text, '<!--', '-->'), '<', '>');
  return unescapeHtml(splitWords(plain).join(' '));
}

function cut(text: string, open: string, close: string): string {
  let result = '';
  let from = 0;
  for (;;) {
    const start = text.indexOf(open, from);
    const end = start < 0 ? -1 : text.indexOf(close, start);
    if (end < 0) return result + text.slice(from);
    result += text.slice(from, start);
    from = end + close.length;
  }
}
