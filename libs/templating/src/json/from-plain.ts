import { PyDict } from '../values/dict.ts';
import { PyObject, float, integer, type Value } from '../values/types.ts';

/**
 * The template's view of a plain JavaScript value. Integral numbers become ints, arrays lists, Maps and objects dicts
 * (own enumerable keys), Dates their ISO text; undefined members are left out. Values of the engine stay as they are.
 */
export function fromPlain(value: unknown): Value {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? value + 0 : float(value);
    case 'bigint':
      return integer(value);
    case 'object':
      return value === null ? null : fromObject(value);
    default:
      throw new TypeError(`A template cannot hold a ${typeof value}.`);
  }
}

function fromObject(value: object): Value {
  if (value instanceof PyObject) return value;
  if (Array.isArray(value)) return value.map((item) => fromPlain(item ?? null));
  if (value instanceof Date) return value.toISOString();
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  const dict = new PyDict();
  for (const [key, item] of entries) {
    if (item !== undefined) dict.set(fromPlain(key), fromPlain(item));
  }
  return dict;
}
