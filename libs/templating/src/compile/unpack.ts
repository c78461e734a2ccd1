import { typeError, valueError } from '../errors.ts';
import { iterate } from '../values/sequence.ts';
import { PyObject, itemsOf, textOf, typeName, type Value } from '../values/types.ts';

/** The parts of a value that is assigned to several names. */
export function unpack(value: Value, count: number): readonly Value[] {
  const items = itemsOf(value);
  if (items) {
    if (items.length < count) throw tooFew(count, items.length);
    if (items.length > count) throw tooMany(count);
    return items;
  }
  if (textOf(value) === undefined && !(value instanceof PyObject && value.iterate() !== undefined)) {
    throw typeError(`cannot unpack non-iterable ${typeName(value)} object`);
  }
  const iterator = iterate(value);
  const result: Value[] = [];
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    if (result.length === count) throw tooMany(count);
    result.push(step.value);
  }
  if (result.length < count) throw tooFew(count, result.length);
  return result;
}

const tooFew = (expected: number, got: number): Error =>
  valueError(`not enough values to unpack (expected ${expected}, got ${got})`);
const tooMany = (expected: number): Error => valueError(`too many values to unpack (expected ${expected})`);
