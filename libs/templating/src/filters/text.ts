import { FilterArgumentError, PythonError, typeError } from '../errors.ts';
import { formatPercent } from '../formatting/percent.ts';
import { justify, replaceText, stripText } from '../methods/str.ts';
import { indexArgument, textArgument } from '../methods/arguments.ts';
import { capitalize, isAscii } from '../methods/case.ts';
import { splitLines } from '../methods/split.ts';
import { charge, chargeText, checkStringLength, replaceUnits } from '../runtime/budget.ts';
import { native } from '../runtime/callable.ts';
import type { Render } from '../runtime/render.ts';
import { compare, truthy } from '../values/compare.ts';
import { PyDict } from '../values/dict.ts';
import { escape, escapeToText, hasHtml } from '../values/markup.ts';
import { add, multiply } from '../values/operators.ts';
import { PySlice, iterate, lengthOf, sliceOf, toArray } from '../values/sequence.ts';
import { str } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import { Markup, PyTuple, textOf, typeName, type Value } from '../values/types.ts';
import { pythonSpace } from '../values/unicode.ts';
import { onText, softText } from './helpers.ts';
import { stripTags } from './html.ts';

const titleSplit = new RegExp(`([-({\\[<${pythonSpace}]+)`);

const asciiTitle = /(?:^|[-({[<\t-\r\x1c-\x20])[a-z]/g; // eslint-disable-line no-control-regex -- white space to Python

function titleText(text: string): string {
  if (isAscii(text)) {
    chargeText(text.length * 8);
    return text.toLowerCase().replace(asciiTitle, (start) => start.toUpperCase());
  }
  return text
    .split(titleSplit)
    .map((part) => {
      charge(1);
      const first = part === '' ? '' : String.fromCodePoint(part.codePointAt(0) as number);
      return first.toUpperCase() + part.slice(first.length).toLowerCase();
    })
    .join('');
}

function replace(render: Render, value: Value, old: Value, replacement: Value, count: Value): Value {
  const limit = count === null ? -1 : indexArgument(count);
  if (!render.autoescape) return replaceText(str(value), str(old), str(replacement), limit);
  const base = hasHtml(old) || (hasHtml(replacement) && !hasHtml(value)) ? escape(value) : softText(value);
  if (!(base instanceof Markup)) return replaceText(base, str(old), str(replacement), limit);
  return new Markup(replaceText(base.text, escapeToText(old), escapeToText(replacement), limit));
}

/** Text as `splitlines`, `+` and `len` need it; what is no text fails as Python's missing methods do. */
function requireText(value: Value, method: string): string {
  const text = textOf(value);
  if (text !== undefined) return text;
  if (value instanceof Undefined) value.fail();
  throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute '${method}'`);
}

function indent(_render: Render, value: Value, width: Value, first: Value, blank: Value): Value {
  const indention = textOf(width) ?? (multiply(' ', width) as string);
  const text = requireText(Array.isArray(value) ? value : add(value, '\n'), 'splitlines').slice(0, -1);
  const unit = value instanceof Markup && !(width instanceof Markup) ? escapeToText(indention) : indention;
  const lines = splitLines(`${text}\n`, false);
  checkStringLength(text.length + lines.length * unit.length);
  let result: string;
  if (truthy(blank)) {
    result = lines.join(`\n${unit}`);
  } else {
    const [head = '', ...rest] = lines;
    result = [head, ...rest.map((line) => (line === '' ? '' : unit + line))].join('\n');
  }
  if (truthy(first)) result = unit + result;
  return value instanceof Markup ? new Markup(result) : result;
}

function truncate(
  _render: Render,
  value: Value,
  length: Value,
  killWords: Value,
  end: Value,
  leeway: Value,
): Value {
  const slack: Value = leeway === null ? 5 : leeway;
  const endLength = lengthOf(end);
  if (compare(length, endLength, '>=') < 0)
    throw assertion(`expected length >= ${endLength}, got ${str(length)}`);
  if (compare(slack, 0, '>=') < 0) throw assertion(`expected leeway >= 0, got ${str(slack)}`);
  if (compare(lengthOf(value), add(length, slack), '<=') <= 0) return value;
  const cut = sliceOf(value, new PySlice(null, add(length, -endLength), null));
  if (truthy(killWords)) return add(cut, end);
  const text = requireText(cut, 'rsplit');
  const space = text.lastIndexOf(' ');
  const kept = space < 0 ? text : text.slice(0, space);
  return add(cut instanceof Markup ? new Markup(kept) : kept, end);
}

const assertion = (message: string): PythonError => new PythonError('AssertionError', message);

const keySeparator = /[\t-\r />=]/;

function xmlattr(render: Render, value: Value, autospace: Value): Value {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof PyDict)) {
    throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'items'`);
  }
  const parts: string[] = [];
  for (const [key, item] of value.entries()) {
    if (item === null || item instanceof Undefined) continue;
    const name = textOf(key);
    if (name === undefined) throw typeError(`expected string or bytes-like object, got '${typeName(key)}'`);
    if (keySeparator.test(name))
      throw new PythonError('ValueError', `Invalid character in attribute name: ${str(key)}`);
    parts.push(`${escapeToText(key)}="${escapeToText(item)}"`);
  }
  const text = (truthy(autospace) && parts.length > 0 ? ' ' : '') + parts.join(' ');
  return render.autoescape ? new Markup(text) : text;
}

const kept = /[!'()*]/g;

/** Percent-encoding as `urllib.parse.quote` has it. */
function quote(value: Value, forQuery: boolean): string {
  const text = str(value);
  chargeText(text.length * 8);
  let encoded: string;
  try {
    encoded = encodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError)
      throw new PythonError('ValueError', "'utf-8' codec can't encode a lone surrogate");
    throw error;
  }
  checkStringLength(encoded.length);
  const whole = replaceUnits(encoded, kept, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return forQuery ? whole.replaceAll('%20', '+') : whole.replaceAll('%2F', '/');
}

function urlencode(_render: Render, value: Value): Value {
  const isText = textOf(value) !== undefined;
  const iterable =
    !isText &&
    (Array.isArray(value) || (typeof value === 'object' && value !== null && isIterableObject(value)));
  if (!iterable) return quote(value, false);
  const pairs =
    value instanceof PyDict ? [...value.entries()].map((pair) => new PyTuple(pair)) : toArray(value);
  return pairs
    .map((pair) => {
      const items = toArray(pair);
      if (items.length !== 2)
        throw new PythonError('ValueError', `expected 2 values to unpack, got ${items.length}`);
      return `${quote(items[0] as Value, true)}=${quote(items[1] as Value, true)}`;
    })
    .join('&');
}

function isIterableObject(value: Value): boolean {
  try {
    iterate(value);
    return true;
  } catch {
    // Not iterable: it is written as one text.
    return false;
  }
}

function join(render: Render, items: readonly Value[], separator: Value): Value {
  if (!render.autoescape) return joinPlain(items, str(separator));
  if (separator instanceof Markup || items.some(hasHtml)) {
    const glue = escapeToText(separator);
    return new Markup(joinPlain(items.map(escapeToText), glue));
  }
  return joinPlain(items, str(separator));
}

export function joinPlain(items: readonly Value[], separator: string): string {
  let text = '';
  for (let i = 0; i < items.length; i++)
    text += i === 0 ? str(items[0] as Value) : separator + str(items[i] as Value);
  charge(1 + (items.length >>> 2));
  checkStringLength(text.length);
  return text;
}

export { join as joinValues };

export const textFilters = [
  native('upper(s)', (_r, s: Value) => onText(s, (text) => text.toUpperCase())),
  native('lower(s)', (_r, s: Value) => onText(s, (text) => text.toLowerCase())),
  native('capitalize(s)', (_r, s: Value) => onText(s, capitalize)),
  native('title(s)', (_r, s: Value) => titleText(str(s))),
  native('trim(value, chars=None)', (_r, value: Value, chars: Value) =>
    onText(value, (text) => stripText(text, chars, true, true)),
  ),
  native('center(value, width=80)', (_r, value: Value, width: Value) => {
    const columns = indexArgument(width);
    return onText(value, (text) => justify(text, columns, ' ', 'center'));
  }),
  native('replace(s, old, new, count=None)', replace),
  native('indent(s, width=4, first=False, blank=False)', indent),
  native("truncate(s, length=255, killwords=False, end='...', leeway=None)", truncate),
  native('format(value, *args, **kwargs)', (_r, value: Value, args: Value[], kwargs: PyDict) => {
    if (args.length > 0 && kwargs.size > 0) {
      throw new FilterArgumentError("can't handle positional and keyword arguments at the same time");
    }
    return formatPercent(softText(value), kwargs.size > 0 ? kwargs : new PyTuple(args));
  }),
  native('string(object)', (_r, value: Value) => softText(value)),
  native('safe(value)', (_r, value: Value) => (value instanceof Markup ? value : new Markup(str(value)))),
  native('escape(s)', (_r, value: Value) => escape(value)),
  native('forceescape(value)', (_r, value: Value) => escape(str(value))),
  native('striptags(value)', (_r, value: Value) => stripTags(str(value))),
  native('urlencode(value)', urlencode),
  native('xmlattr(d, autospace=True)', xmlattr),
  native('wordcount(s)', (_r, s: Value) => {
    const text = textArgument(softText(s), 'value');
    charge(1 + text.length / 16);
    return text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
  }),
];
