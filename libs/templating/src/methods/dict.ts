import { typeError, valueError } from '../errors.ts';
import { charge } from '../runtime/budget.ts';
import { native, table } from '../runtime/callable.ts';
import { CaseInsensitiveDict, DictView, PyDict } from '../values/dict.ts';
import { toArray } from '../values/sequence.ts';
import { Undefined } from '../values/undefined.ts';
import type { Value } from '../values/types.ts';

/** A copy of a dict of the same kind. */
export function copyDict(source: PyDict): PyDict {
  charge(1 + source.size);
  const copy = source instanceof CaseInsensitiveDict ? new CaseInsensitiveDict() : new PyDict();
  for (const [key, value] of source.entries()) copy.set(key, value);
  return copy;
}

/** What `dict(source)` takes: a mapping or an iterable of pairs. */
export function addPairs(target: PyDict, source: Value): void {
  if (source instanceof PyDict) {
    charge(1 + source.size);
    for (const [key, value] of source.entries()) target.set(key, value);
    return;
  }
  if (source instanceof Undefined) source.fail();
  toArray(source).forEach((pair, i) => {
    let items: readonly Value[];
    try {
      items = toArray(pair);
    } catch {
      throw typeError(`cannot convert dictionary update sequence element #${i} to a sequence`);
    }
    if (items.length !== 2) {
      throw valueError(`dictionary update sequence element #${i} has length ${items.length}; 2 is required`);
    }
    target.set(items[0] as Value, items[1] as Value);
  });
}

export const dictMethods = table(
  native('keys()', (_r, self: PyDict) => new DictView(self, 'keys')),
  native('values()', (_r, self: PyDict) => new DictView(self, 'values')),
  native('items()', (_r, self: PyDict) => new DictView(self, 'items')),
  native('get(key, default=None, /)', (_r, self: PyDict, key: Value, fallback: Value) => {
    const value = self.get(key);
    return value === undefined ? fallback : value;
  }),
  native('copy()', (_r, self: PyDict) => copyDict(self)),
  native('fromkeys(iterable, value=None, /)', (_r, _self: PyDict, keys: Value, value: Value) =>
    PyDict.of(toArray(keys).map((key) => [key, value] as const)),
  ),
);

/** Methods that would change a dict; the sandbox refuses them. */
export const dictMutators = new Set(['clear', 'pop', 'popitem', 'setdefault', 'update']);
