import { typeError, valueError } from '../errors.ts';
import { PyObject, type Value } from './types.ts';

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

  /** `item in bytes`: a byte, or a run of bytes. */
  includes(item: Value): boolean {
    if (item instanceof PyBytes) return this.bytes.includes(item.bytes);
    const byte = typeof item === 'boolean' ? Number(item) : item;
    if (typeof byte !== 'number' || !Number.isInteger(byte))
      throw typeError('a bytes-like object is required');
    if (byte < 0 || byte > 255) throw valueError('byte must be in range(0, 256)');
    return this.bytes.includes(byte);
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
