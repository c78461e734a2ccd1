import { typeError } from '../errors.ts';
import { charge } from '../runtime/budget.ts';
import { DictView, PyDict } from './dict.ts';
import { toArray } from './sequence.ts';
import { PyObject, typeName, type Value } from './types.ts';

/** Python's `set`, as the difference of two views of dicts makes it. It keeps the order in which it was filled. */
export class PySet extends PyObject {
  readonly typeName = 'set';
  readonly members: PyDict;

  constructor(items: Iterable<Value>) {
    super();
    this.members = PyDict.of(Array.from(items, (item) => [item, null] as const));
  }

  has(item: Value): boolean {
    return this.members.has(item);
  }

  toArray(): Value[] {
    return this.members.keyList();
  }

  override truthy(): boolean {
    return this.members.size > 0;
  }

  override length(): number {
    return this.members.size;
  }

  override iterate(): Iterator<Value> {
    return this.members.keys();
  }

  override equals(other: Value): boolean {
    const items = setItems(other);
    return items?.length === this.members.size && items.every((item) => this.has(item));
  }
}

/** The elements of what compares and subtracts as sets do: sets, and views of a dict's keys or items. */
export function setItems(value: Value): Value[] | undefined {
  if (value instanceof PySet) return value.toArray();
  return value instanceof DictView && value.kind !== 'values' ? value.toArray() : undefined;
}

/** Python's `a - b` where one of them is a set or a view of keys or items; undefined for all else. */
export function difference(a: Value, b: Value): PySet | undefined {
  if (a instanceof PySet !== b instanceof PySet && !(a instanceof DictView || b instanceof DictView)) {
    throw typeError(`unsupported operand type(s) for -: '${typeName(a)}' and '${typeName(b)}'`);
  }
  if (!setItems(a) && !setItems(b)) return undefined;
  const left = new PySet(toArray(a));
  const right = new PySet(toArray(b));
  charge(left.members.size);
  return new PySet(left.toArray().filter((item) => !right.has(item)));
}
