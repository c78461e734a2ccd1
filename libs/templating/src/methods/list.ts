import { valueError } from '../errors.ts';
import { charge } from '../runtime/budget.ts';
import { native, table } from '../runtime/callable.ts';
import { equals } from '../values/compare.ts';
import type { PyRange } from '../values/sequence.ts';
import { repr } from '../values/text.ts';
import type { PyTuple, Value } from '../values/types.ts';
import { windowOf } from './arguments.ts';

function indexIn(items: readonly Value[], value: Value, [start, end]: [number, number]): number {
  for (let i = start; i < end; i++) {
    charge(1);
    if (equals(items[i] as Value, value)) return i;
  }
  return -1;
}

function countIn(items: readonly Value[], value: Value): number {
  let count = 0;
  for (const item of items) {
    charge(1);
    if (equals(item, value)) count++;
  }
  return count;
}

export const listMethods = table(
  native('count(value, /)', (_r, self: Value[], value: Value) => countIn(self, value)),
  native(
    'index(value, start=0, stop=9007199254740991, /)',
    (_r, self: Value[], value: Value, start: Value, stop: Value) => {
      const index = indexIn(self, value, windowOf(start, stop, self.length));
      if (index < 0) throw valueError(`${repr(value)} is not in list`);
      return index;
    },
  ),
  native('copy()', (_r, self: Value[]) => {
    charge(1 + (self.length >>> 3));
    return self.slice();
  }),
);

/** Methods that would change a list; the sandbox refuses them. */
export const listMutators = new Set([
  'append',
  'clear',
  'pop',
  'reverse',
  'insert',
  'sort',
  'extend',
  'remove',
]);

export const tupleMethods = table(
  native('count(value, /)', (_r, self: PyTuple, value: Value) => countIn(self.items, value)),
  native(
    'index(value, start=0, stop=9007199254740991, /)',
    (_r, self: PyTuple, value: Value, start: Value, stop: Value) => {
      const index = indexIn(self.items, value, windowOf(start, stop, self.items.length));
      if (index < 0) throw valueError('tuple.index(x): x not in tuple');
      return index;
    },
  ),
);

export const rangeMethods = table(
  native('count(value, /)', (_r, self: PyRange, value: Value) => countIn(self.toArray(), value)),
  native('index(value, /)', (_r, self: PyRange, value: Value) => {
    const index = indexIn(self.toArray(), value, [0, self.size]);
    if (index < 0) throw valueError(`${repr(value)} is not in range`);
    return index;
  }),
);
