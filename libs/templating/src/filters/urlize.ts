import { FilterArgumentError } from '../errors.ts';
import { charge, chargeText, checkStringLength } from '../runtime/budget.ts';
import { native } from '../runtime/callable.ts';
import type { Render } from '../runtime/render.ts';
import { truthy } from '../values/compare.ts';
import { escapeText, escapeToText } from '../values/markup.ts';
import { indexValue, toArray } from '../values/sequence.ts';
import { repr } from '../values/text.ts';
import { Markup, textOf, type Value } from '../values/types.ts';
import { codePointLength, pythonSpace, sliceText, splitWords } from '../values/unicode.ts';

const word = '\\p{L}\\p{N}_';
const address = new RegExp(
  '^(?:' +
    `(?:https?://|www\\.)(?:(?:[${word}%\\-]+\\.)+)?(?:[a-z]{2,63}|xn--[${word}%]{2,59})|` +
    `(?:[${word}%\\-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)|` +
    `https?://(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[(?:[0-9a-f]{0,4}:){2}(?:[0-9a-f]{0,4}:?){1,6}\\])` +
    `)(?::[0-9]{1,5})?(?:[/?#][^${pythonSpace}]*)?$`,
  'iu',
);
const mail = new RegExp(`^[^${pythonSpace}]+@[${word}][${word}.\\-]*\\.[${word}]+$`, 'u');
const opening = /^(?:[(<]|&lt;)+/;
const spaces = new RegExp(`([${pythonSpace}]+)`);
const scheme = new RegExp(`^[${word}.+\\-]{2,}:/{0,2}$`, 'u');
const pairs = [
  ['(', ')'],
  ['<', '>'],
  ['&lt;', '&gt;'],
] as const;

/** Where the closing punctuation at the end of a word begins. */
function tailStart(text: string): number {
  let end = text.length;
  for (;;) {
    if (end > 0 && ')>.,\n'.includes(text[end - 1] as string)) end--;
    else if (text.endsWith('&gt;', end)) end -= 4;
    else return end;
  }
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

interface Options {
  attributes: string;
  limit: number | undefined;
  schemes: string[];
}

function linkWord(piece: string, options: Options): string {
  let middle = piece;
  const head = opening.exec(middle)?.[0] ?? '';
  middle = middle.slice(head.length);
  const start = tailStart(middle);
  let tail = middle.slice(start);
  middle = middle.slice(0, start);
  for (const [open, close] of pairs) {
    const opened = count(middle, open);
    if (opened <= count(middle, close)) continue;
    for (let i = Math.min(opened, count(tail, close)); i > 0; i--) {
      const end = tail.indexOf(close) + close.length;
      middle += tail.slice(0, end);
      tail = tail.slice(end);
    }
  }
  return head + link(middle, options) + tail;
}

function link(middle: string, { attributes, limit, schemes }: Options): string {
  const shown = (text: string): string =>
    limit !== undefined && codePointLength(text) > limit ? `${sliceText(text, 0, limit)}...` : text;
  if (address.test(middle)) {
    const target = /^https?:\/\//.test(middle) ? middle : `https://${middle}`;
    return `<a href="${target}"${attributes}>${shown(middle)}</a>`;
  }
  if (middle.startsWith('mailto:') && mail.test(middle.slice(7))) {
    return `<a href="${middle}">${middle.slice(7)}</a>`;
  }
  const plain = middle.includes('@') && !/^(?:www\.|@)/.test(middle) && !middle.includes(':');
  if (plain && mail.test(middle)) return `<a href="mailto:${middle}">${middle}</a>`;
  let result = middle;
  for (const prefix of schemes) {
    if (result !== prefix && result.startsWith(prefix))
      result = `<a href="${result}"${attributes}>${result}</a>`;
  }
  return result;
}

function readSchemes(value: Value): string[] {
  if (value === null) return [];
  return toArray(value).map((item) => {
    const text = textOf(item);
    if (text === undefined || !scheme.test(text)) {
      throw new FilterArgumentError(`${repr(item)} is not a valid URI scheme prefix.`);
    }
    return text;
  });
}

interface Arguments {
  limit: Value;
  nofollow: Value;
  target: Value;
  rel: Value;
  schemes: Value;
}

function urlize(render: Render, value: Value, args: Arguments): Value {
  const parts = new Set(args.rel === null ? [] : splitWords(textOf(args.rel) ?? ''));
  if (truthy(args.nofollow)) parts.add('nofollow');
  parts.add('noopener');
  const rel = [...parts].sort().join(' ');
  let attributes = ` rel="${escapeText(rel)}"`;
  if (args.target !== null && truthy(args.target)) attributes += ` target="${escapeToText(args.target)}"`;
  const limit = args.limit === null ? undefined : indexValue(args.limit);
  const options: Options = { attributes, limit, schemes: readSchemes(args.schemes) };
  const text = escapeToText(value);
  chargeText(text.length * 16);
  let result = '';
  for (const piece of text.split(spaces)) {
    charge(1);
    result += linkWord(piece, options);
    checkStringLength(result.length);
  }
  return render.autoescape ? new Markup(result) : result;
}

export const urlizeFilter = native(
  'urlize(value, trim_url_limit=None, nofollow=False, target=None, rel=None, extra_schemes=None)',
  (render, value: Value, limit: Value, nofollow: Value, target: Value, rel: Value, schemes: Value) =>
    urlize(render, value, { limit, nofollow, target, rel, schemes }),
);
