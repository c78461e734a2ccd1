import { PythonError, isPythonError, typeError, valueError } from '../errors.ts';
import { charge, chargeText, checkStringLength } from '../runtime/budget.ts';
import { PyDict } from '../values/dict.ts';
import { subscript } from '../values/index-lookup.ts';
import { indexValue } from '../values/sequence.ts';
import { PyObject, textOf, typeName, type Value } from '../values/types.ts';
import { codePointLength } from '../values/unicode.ts';

/** Python's `bytes`, as `str.encode` returns it. */
export class PyBytes extends PyObject {
  readonly typeName = 'bytes';
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    super();
    this.bytes = bytes;
  }

  override repr(): string {
    let body = '';
    const quote = this.bytes.includes(0x27) && !this.bytes.includes(0x22) ? '"' : "'";
    for (const byte of this.bytes) {
      const char = String.fromCharCode(byte);
      if (char === quote || char === '\\') body += `\\${char}`;
      else if (byte >= 0x20 && byte < 0x7f) body += char;
      else
        body += { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[char] ?? `\\x${byte.toString(16).padStart(2, '0')}`;
    }
    return `b${quote}${body}${quote}`;
  }

  override truthy(): boolean {
    return this.bytes.length > 0;
  }

  override length(): number {
    return this.bytes.length;
  }

  override iterate(): Iterator<Value> {
    return this.bytes[Symbol.iterator]();
  }

  override equals(other: Value): boolean {
    return other instanceof PyBytes && other.bytes.equals(this.bytes);
  }
}

const encodings: Record<string, BufferEncoding> = {
  utf8: 'utf8',
  ascii: 'latin1',
  latin1: 'latin1',
  iso88591: 'latin1',
};

/** `str.encode`. */
export function encodeText(text: string, encoding: Value): Value {
  chargeText(text.length);
  const name = (textOf(encoding) ?? '').toLowerCase().replace(/[-_ ]/g, '');
  const known = encodings[name];
  if (!known) throw new PythonError('LookupError', `unknown encoding: ${textOf(encoding) ?? ''}`);
  const highest = name === 'ascii' ? 0x7f : known === 'latin1' ? 0xff : 0x10ffff;
  for (const char of highest === 0x10ffff ? '' : text) {
    if ((char.codePointAt(0) as number) > highest) throw valueError(`'${name}' codec can't encode character`);
  }
  return new PyBytes(Buffer.from(text, known));
}

/** `str.translate`. */
export function translate(text: string, mapping: Value): string {
  let result = '';
  for (const char of text) {
    charge(1);
    result += replacement(mapping, char);
    checkStringLength(result.length);
  }
  return result;
}

function replacement(mapping: Value, char: string): string {
  let value: Value;
  try {
    value = subscript(mapping, char.codePointAt(0) as number);
  } catch (error) {
    if (isPythonError(error, 'KeyError', 'IndexError', 'LookupError')) return char;
    throw error;
  }
  if (value === null) return '';
  const text = textOf(value);
  if (text !== undefined) return text;
  const code = indexValue(value);
  if (code === undefined) throw typeError('character mapping must return integer, None or str');
  if (code < 0 || code > 0x10ffff) throw valueError('character mapping must be in range(0x110000)');
  return String.fromCodePoint(code);
}

/** `str.maketrans`. */
export function maketrans(x: Value, y: Value | undefined, z: Value | undefined): PyDict {
  const result = new PyDict();
  if (y === undefined) {
    if (!(x instanceof PyDict))
      throw typeError('if you give only one argument to maketrans it must be a dict');
    for (const [key, value] of x.entries()) {
      const text = textOf(key);
      if (text !== undefined && codePointLength(text) !== 1) {
        throw valueError('string keys in translate table must be of length 1');
      }
      result.set(text === undefined ? key : (text.codePointAt(0) as number), value);
    }
    return result;
  }
  const [from, to] = [textOf(x), textOf(y)];
  if (from === undefined || to === undefined)
    throw typeError(`maketrans() argument 2 must be str, not ${typeName(y)}`);
  const targets = Array.from(to);
  const sources = Array.from(from);
  if (sources.length !== targets.length) {
    throw valueError('the first two maketrans arguments must have equal length');
  }
  sources.forEach((char, i) =>
    result.set(char.codePointAt(0) as number, targets[i]?.codePointAt(0) as number),
  );
  for (const char of z === undefined ? '' : (textOf(z) ?? ''))
    result.set(char.codePointAt(0) as number, null);
  return result;
}
