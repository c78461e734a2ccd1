import { typeError } from '../errors.ts';
import { native, table } from '../runtime/callable.ts';
import { PyBytes } from '../values/bytes.ts';
import { PyTuple, typeName, type Value } from '../values/types.ts';
import { textArgument } from './arguments.ts';
import { decodeBytes } from './encodings.ts';

function bytesOf(value: Value): Buffer {
  if (value instanceof PyBytes) return value.bytes;
  throw typeError(`a bytes-like object is required, not '${typeName(value)}'`);
}

const anyOf = (value: Value): Buffer[] => (value instanceof PyTuple ? value.items : [value]).map(bytesOf);

export const bytesMethods = table(
  native("decode(encoding='utf-8', errors='strict')", (_r, self: PyBytes, encoding: Value, errors: Value) =>
    decodeBytes(
      self.bytes,
      textArgument(encoding, "decode() argument 'encoding'"),
      textArgument(errors, "decode() argument 'errors'"),
    ),
  ),
  native('hex()', (_r, self: PyBytes) => self.bytes.toString('hex')),
  native('find(sub, /)', (_r, self: PyBytes, sub: Value) => self.bytes.indexOf(bytesOf(sub))),
  native('startswith(prefix, /)', (_r, self: PyBytes, prefix: Value) =>
    anyOf(prefix).some((start) => self.bytes.subarray(0, start.length).equals(start)),
  ),
  native('endswith(suffix, /)', (_r, self: PyBytes, suffix: Value) =>
    anyOf(suffix).some(
      (end) =>
        end.length <= self.bytes.length && self.bytes.subarray(self.bytes.length - end.length).equals(end),
    ),
  ),
);
