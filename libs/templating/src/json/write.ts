import { PythonError, typeError, valueError } from '../errors.ts';
import { charge, chargeText, checkStringLength, growInPieces } from '../runtime/budget.ts';
import { compare } from '../values/compare.ts';
import { PyDict } from '../values/dict.ts';
import { compareStrings, hasSurrogates } from '../values/unicode.ts';
import { bigintText, floatText } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import { PyFloat, itemsOf, textOf, typeName, type Value } from '../values/types.ts';

/** How JSON is written. */
interface Style {
  sortKeys: boolean;
  itemSeparator: string;
  keySeparator: string;
  /** White space per level; undefined writes everything on one line. */
  indent: string | undefined;
  text: (text: string) => string;
}

const deepest = 900;

/** JSON of a value. Raises TypeError for what JSON has no form for. */
function write(value: Value, style: Style, depth: number): string {
  switch (typeof value) {
    case 'string':
      return style.text(value);
    case 'number':
      return Number.isInteger(value) ? String(value) : floatJson(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return bigintText(value);
    default:
      return value === null ? 'null' : writeObject(value, style, depth);
  }
}

function floatJson(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return floatText(value);
}

function writeObject(value: object, style: Style, depth: number): string {
  if (depth > deepest) {
    throw new PythonError('RecursionError', 'maximum recursion depth exceeded while encoding a JSON object');
  }
  if (value instanceof PyDict) return writeDict(value, style, depth);
  const items = itemsOf(value);
  if (items) return writeList(items, style, depth);
  if (value instanceof PyFloat) return floatJson(value.value);
  const text = textOf(value);
  if (text !== undefined) return style.text(text);
  throw typeError(`Object of type ${typeName(value)} is not JSON serializable`);
}

/** White space before an element at a depth; nothing where all stands on one line. */
function breakLine(style: Style, depth: number): string {
  if (style.indent === undefined) return '';
  charge(1);
  return `\n${style.indent.repeat(depth)}`;
}

function writeList(items: readonly Value[], style: Style, depth: number): string {
  charge(1 + items.length / 2);
  if (items.length === 0) return '[]';
  const separator = style.itemSeparator + breakLine(style, depth + 1);
  let text = `[${breakLine(style, depth + 1)}`;
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += separator;
    text += write(items[i] as Value, style, depth + 1);
    if (style.indent !== undefined) checkStringLength(text.length);
  }
  return `${text}${breakLine(style, depth)}]`;
}

function writeDict(dict: PyDict, style: Style, depth: number): string {
  charge(1 + dict.size / 2);
  if (dict.size === 0) return '{}';
  const separator = style.itemSeparator + breakLine(style, depth + 1);
  let text = `{${breakLine(style, depth + 1)}`;
  const keys = dict.textKeys();
  if (keys) {
    if (style.sortKeys) sortTexts(keys);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      if (i > 0) text += separator;
      text += style.text(key) + style.keySeparator + write(dict.map.get(key) as Value, style, depth + 1);
      if (style.indent !== undefined) checkStringLength(text.length);
    }
  } else {
    const entries = [...dict.entries()];
    if (style.sortKeys) entries.sort(([a], [b]) => compare(a, b, '<'));
    const parts = entries.map(
      ([key, value]) => style.text(keyText(key)) + style.keySeparator + write(value, style, depth + 1),
    );
    text += parts.join(separator);
  }
  return `${text}${breakLine(style, depth)}}`;
}

/** The native order is that of UTF-16 units, which is Python's unless there are surrogates. */
function sortTexts(keys: string[]): void {
  if (keys.some(hasSurrogates)) keys.sort(compareStrings);
  else keys.sort();
}

function keyText(key: Value): string {
  const text = textOf(key);
  if (text !== undefined) return text;
  if (key === null) return 'null';
  if (typeof key === 'boolean') return key ? 'true' : 'false';
  if (key instanceof PyFloat) return floatJson(key.value);
  if (typeof key === 'number') return Number.isInteger(key) ? String(key) : floatJson(key);
  if (typeof key === 'bigint') return bigintText(key);
  throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

// eslint-disable-next-line no-control-regex -- JSON escapes control characters
const needsEscape = /["\\<>&'\0-\x1f\x7f-\uffff]/;

/** A JSON string of ASCII characters that HTML leaves alone. */
function htmlSafeString(text: string): string {
  chargeText(text.length);
  if (!needsEscape.test(text)) return `"${text}"`;
  // The native writer escapes what JSON demands, in the form Python has for it; the rest is little.
  return `"${growInPieces(text, (piece) => escapeBeyondJson(JSON.stringify(piece).slice(1, -1)), 4)}"`;
}

/** Escapes `<`, `>`, `&`, `'` and what is not ASCII; by hand, since a regular expression with a function takes twice the time. */
function escapeBeyondJson(json: string): string {
  let text = '';
  let from = 0;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit < 0x7f && unit !== 0x26 && unit !== 0x27 && unit !== 0x3c && unit !== 0x3e) continue;
    text += json.slice(from, at) + unicodeEscape(json.charAt(at));
    from = at + 1;
  }
  return from === 0 ? json : text + json.slice(from);
}

const unicodeEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

const filterStyle: Style = {
  sortKeys: true,
  itemSeparator: ', ',
  keySeparator: ': ',
  indent: undefined,
  text: htmlSafeString,
};

/** JSON as Jinja2's `tojson` writes it: sorted keys, ASCII only, safe inside HTML. */
export function filterJson(value: Value, indent: Value): string {
  const style =
    indent === null || textOf(value) !== undefined
      ? filterStyle
      : { ...filterStyle, itemSeparator: ',', indent: indentText(indent) };
  const json = write(value, style, 0);
  checkStringLength(json.length);
  return json;
}

function indentText(indent: Value): string {
  const text = textOf(indent);
  if (text !== undefined) return text.replace(/[<>&']/g, unicodeEscape);
  if (indent instanceof Undefined) indent.fail();
  const size = typeof indent === 'boolean' ? Number(indent) : indent;
  if (typeof size !== 'number' || !Number.isInteger(size)) {
    throw typeError(`can't multiply sequence by non-int of type '${typeName(indent)}'`);
  }
  checkStringLength(size);
  return ' '.repeat(Math.max(0, size));
}

function strictFloat(json: string): string {
  if (json === 'NaN' || json.endsWith('Infinity')) throw valueError('JSON has no form for this number.');
  return json;
}

const exactStyle: Style = {
  sortKeys: false,
  itemSeparator: ',',
  keySeparator: ':',
  indent: undefined,
  text: (text) => JSON.stringify(text),
};

/**
 * Plain JSON of a value: keys in their order, no white space, numbers as they were read (`1.0` stays `1.0`, big integers
 * keep every digit). Raises TypeError for values without a JSON form and ValueError for NaN and infinities.
 */
export function toJson(value: Value): string {
  assertFinite(value);
  return write(value, exactStyle, 0);
}

function assertFinite(value: Value): void {
  if (typeof value === 'number') strictFloat(Number.isFinite(value) ? '' : 'NaN');
  else if (value instanceof PyDict) for (const item of value.map.values()) assertFinite(item);
  else for (const item of itemsOf(value) ?? []) assertFinite(item);
}
