import { CaseInsensitiveDict, PyDict } from './dict.ts';
import type { Value } from './types.ts';

/**
 * A dict whose names match in any case, for HTTP headers: `headers['CoNtEnt-LeNgTh']`, `headers.get(name, default)`.
 * Names are kept in lower case, in the order given; of a repeated one the last value counts.
 */
export function caseInsensitiveDict(
  entries: Iterable<readonly [string, Value]> | Record<string, Value> | PyDict,
): PyDict {
  const dict = new CaseInsensitiveDict();
  let pairs: Iterable<readonly [Value, Value]>;
  if (entries instanceof PyDict) pairs = entries.entries();
  else if (Symbol.iterator in entries) pairs = entries as Iterable<readonly [string, Value]>;
  else pairs = Object.entries(entries);
  for (const [name, value] of pairs) dict.set(name, value);
  return dict;
}
