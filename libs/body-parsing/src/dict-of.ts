import { PyDict } from '@tributary/templating';
import type { Value } from '@tributary/templating';

/** A dict of the template engine from pairs: of a repeated name the last value counts, at the place of the first. */
export function dictOf(fields: Iterable<readonly [name: string, value: Value]>): PyDict {
  return PyDict.of(fields);
}

/** A dict with the list of all values of each name. */
export function dictOfLists(fields: Iterable<readonly [name: string, value: Value]>): PyDict {
  const lists = new Map<string, Value[]>();
  for (const [name, value] of fields) {
    const list = lists.get(name);
    if (list) list.push(value);
    else lists.set(name, [value]);
  }
  return PyDict.of(lists);
}
