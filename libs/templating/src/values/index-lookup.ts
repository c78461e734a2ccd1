import { keyError, typeError } from '../errors.ts';
import { PyBytes } from './bytes.ts';
import { PyDict } from './dict.ts';
import { Undefined } from './undefined.ts';
import { PyRange, PySlice, elementAt, indexValue, sliceOf } from './sequence.ts';
import { repr } from './text.ts';
import { Markup, PyTuple, textOf, typeName, type Value } from './types.ts';
import { codePoints, hasSurrogates } from './unicode.ts';

/** Python's `value[key]`, raising KeyError, IndexError or TypeError as Python does. */
export function subscript(value: Value, key: Value): Value {
  if (value instanceof PyDict) {
    const item = value.get(key);
    if (item === undefined) throw keyError(repr(key));
    return item;
  }
  if (key instanceof PySlice) return sliceOf(value, key);
  if (Array.isArray(value)) return elementAt(value as Value[], key, 'list');
  const text = textOf(value);
  if (text !== undefined) {
    if (indexValue(key) === undefined)
      throw typeError(`string indices must be integers, not '${typeName(key)}'`);
    const char = elementAt(
      hasSurrogates(text) ? codePoints(text) : (text as unknown as ArrayLike<Value>),
      key,
      'string',
    );
    return value instanceof Markup ? new Markup(char as string) : char;
  }
  if (value instanceof PyTuple) return elementAt(value.items, key, 'tuple');
  if (value instanceof PyBytes) return elementAt(value.bytes, key, 'index');
  if (value instanceof PyRange) {
    const index = indexValue(key);
    if (index === undefined)
      throw typeError(`range indices must be integers or slices, not ${typeName(key)}`);
    return elementAt(value.toArray(), key, 'range object');
  }
  if (value instanceof Undefined) {
    if (value.mode === 'chainable') return value;
    value.fail();
  }
  throw typeError(`'${typeName(value)}' object is not subscriptable`);
}
