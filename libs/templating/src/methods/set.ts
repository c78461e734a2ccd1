import { native, table } from '../runtime/callable.ts';
import { charge } from '../runtime/budget.ts';
import type { DictView } from '../values/dict.ts';
import { toArray } from '../values/sequence.ts';
import { PySet } from '../values/set.ts';
import type { Value } from '../values/types.ts';

const setOf = (value: Value): PySet => {
  const set = value instanceof PySet ? value : new PySet(toArray(value));
  charge(set.members.size);
  return set;
};

const within = (some: PySet, all: PySet): boolean => some.toArray().every((item) => all.has(item));
const without = (some: PySet, other: PySet): Value[] => some.toArray().filter((item) => !other.has(item));

export const setMethods = table(
  native('union(*others)', (_r, self: PySet, others: Value[]) => {
    return new PySet([self, ...others].flatMap((other) => setOf(other).toArray()));
  }),
  native('intersection(*others)', (_r, self: PySet, others: Value[]) => {
    const sets = others.map(setOf);
    return new PySet(self.toArray().filter((item) => sets.every((set) => set.has(item))));
  }),
  native('difference(*others)', (_r, self: PySet, others: Value[]) => {
    const sets = others.map(setOf);
    return new PySet(self.toArray().filter((item) => !sets.some((set) => set.has(item))));
  }),
  native('symmetric_difference(other, /)', (_r, self: PySet, other: Value) => {
    const set = setOf(other);
    return new PySet([...without(self, set), ...without(set, self)]);
  }),
  native('issubset(other, /)', (_r, self: PySet, other: Value) => within(self, setOf(other))),
  native('issuperset(other, /)', (_r, self: PySet, other: Value) => within(setOf(other), self)),
  native('isdisjoint(other, /)', (_r, self: PySet, other: Value) => {
    const set = setOf(other);
    return !self.toArray().some((item) => set.has(item));
  }),
  native('copy()', (_r, self: PySet) => new PySet(self.toArray())),
);

/** Methods that would change a set; the sandbox refuses them. */
export const setMutators = new Set([
  'add',
  'clear',
  'difference_update',
  'discard',
  'pop',
  'remove',
  'symmetric_difference_update',
  'update',
]);

/** Methods of `dict.keys()` and `dict.items()`. */
export const viewMethods = table(
  native('isdisjoint(other, /)', (_r, self: DictView, other: Value) => {
    const set = setOf(other);
    return !self.toArray().some((item) => set.has(item));
  }),
);
