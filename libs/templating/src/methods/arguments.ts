import { typeError } from '../errors.ts';
import { indexValue } from '../values/sequence.ts';
import { Undefined } from '../values/undefined.ts';
import { Markup, textOf, typeName, type Value } from '../values/types.ts';

/** The text of an argument that must be a string. */
export function textArgument(value: Value, what: string): string {
  const text = textOf(value);
  if (text === undefined) throw typeError(`${what} must be str, not ${typeName(value)}`);
  return text;
}

/** The number of an argument that must be an integer. */
export function indexArgument(value: Value): number {
  const index = indexValue(value);
  if (index === undefined) {
    if (value instanceof Undefined)
      throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
    throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  }
  return index;
}

/** An optional integer. */
export function optionalIndex(value: Value | undefined, fallback: number): number {
  return value === null || value === undefined ? fallback : indexArgument(value);
}

/** A window `[start, end)` over `length` elements, as the arguments of `find` and its relatives give it. */
export function windowOf(start: Value, end: Value, length: number): [start: number, end: number] {
  const clamp = (value: Value, fallback: number): number => {
    const index = optionalIndex(value, fallback);
    return index < 0 ? Math.max(0, index + length) : index;
  };
  return [clamp(start, 0), Math.min(clamp(end, length), length)];
}

export function isText(value: Value): boolean {
  return typeof value === 'string' || value instanceof Markup;
}
