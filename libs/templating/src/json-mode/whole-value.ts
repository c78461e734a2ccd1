import { TemplateRuntimeError } from '../errors.ts';
import { charge, chargeText, checkStringLength } from '../runtime/budget.ts';
import { PyDict } from '../values/dict.ts';
import { iterate, isIterable } from '../values/sequence.ts';
import { str, bigintText, floatText } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import { JsonMarkup, PyFloat, itemsOf, textOf, type Value } from '../values/types.ts';

/** A JSON string; lone surrogates, which UTF-8 cannot carry, are written as escapes. */
export function quoted(text: string): string {
  chargeText(text.length);
  return JSON.stringify(text);
}

const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

export function isJsonNumberOrName(text: string): boolean {
  return word.test(text);
}

/** JSON of any value: undefined and what JSON has no number for become null, iterables lists, all else its text. */
export function wholeValue(value: Value): string {
  // Not the text of `tojson`, into which an `indent` may have brought anything, and NaN.
  const json = jsonOf(value instanceof JsonMarkup ? value.value : value, 0);
  checkStringLength(json.length);
  return json;
}

const deepest = 900;

function keyText(key: Value): string {
  return key === null || typeof key === 'boolean' ? jsonOf(key, 0) : str(key);
}

function jsonOf(value: Value, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isFinite(value)) return 'null';
      return Number.isInteger(value) ? String(value) : floatText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return bigintText(value);
    default:
      return value === null ? 'null' : jsonOfObject(value, depth);
  }
}

function jsonOfObject(value: object, depth: number): string {
  if (depth > deepest) throw new TemplateRuntimeError('The value is nested too deep.');
  charge(1);
  if (value instanceof Undefined) return 'null';
  if (value instanceof PyFloat) return floatText(value.value);
  if (value instanceof PyDict) {
    const members: string[] = [];
    for (const [key, item] of value.entries()) {
      charge(0.5);
      members.push(`${quoted(keyText(key))}:${jsonOf(item, depth + 1)}`);
    }
    return `{${members.join(',')}}`;
  }
  const text = textOf(value);
  if (text !== undefined) return quoted(text);
  const items = itemsOf(value);
  if (!items && !isIterable(value)) return quoted(str(value));
  const parts: string[] = [];
  const iterator = items ? items[Symbol.iterator]() : iterate(value);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    charge(0.5);
    parts.push(jsonOf(step.value, depth + 1));
  }
  return `[${parts.join(',')}]`;
}
