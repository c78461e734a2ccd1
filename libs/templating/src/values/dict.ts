import { typeError } from '../errors.ts';
import { charge } from '../runtime/budget.ts';
import { PyFloat, Markup, PyObject, PyTuple, integer, typeName, type HashKey, type Value } from './types.ts';
import { Undefined } from './undefined.ts';

const undefinedKey = Symbol.for('tributary.templating.undefined') as unknown as object;

/**
 * The key under which a value is found, so that equal values meet as in Python (`1`, `1.0` and `True` are one key).
 * Texts beginning with NUL are marked, since tuples are written as such texts.
 */
export function hashKey(key: Value): HashKey {
  switch (typeof key) {
    case 'string':
      return key.charCodeAt(0) === 0 ? `\0s${key}` : key;
    case 'boolean':
      return key ? 1 : 0;
    case 'number':
      return key;
    case 'bigint':
      return bigKey(key);
    default:
      return key === null ? null : hashObject(key);
  }
}

/**
 * V8 hashes an integer by its lowest 64 bits: those that have them in common would make every lookup a search through
 * all, so larger ones are found by their digits.
 */
function bigKey(key: bigint): HashKey {
  if (BigInt.asIntN(64, key) === key) return key;
  const digits = key.toString(16);
  charge(1 + (digits.length >>> 7));
  return `\0i${digits}`;
}

function hashObject(key: object): HashKey {
  if (key instanceof PyFloat) return Object.is(key.value, -0) ? 0 : hashKey(integer(BigInt(key.value)));
  if (key instanceof Markup) return hashKey(key.text);
  if (key instanceof PyTuple) return hashTuple(key);
  if (key instanceof Undefined) {
    if (key.mode === 'strict') key.fail();
    return undefinedKey;
  }
  if (Array.isArray(key) || !(key instanceof PyObject) || unhashable.has(key.typeName)) {
    throw typeError(`unhashable type: '${typeName(key)}'`);
  }
  return key;
}

const unhashable = new Set(['dict', 'dict_keys', 'dict_items', 'list', 'slice']);

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function hashTuple(tuple: PyTuple): string {
  let text = '\0t';
  for (const item of tuple.items) {
    const key = hashKey(item);
    let part: string;
    if (typeof key === 'string') part = `s${key}`;
    else if (typeof key === 'object' && key !== null) part = `o${identityOf(key)}`;
    else part = `n${String(key)}`;
    text += `${part.length}:${part}`;
    charge(1 + text.length / 128);
  }
  return text;
}

function identityOf(key: object): number {
  if (key === undefinedKey) return 0;
  let id = identities.get(key);
  if (id === undefined) identities.set(key, (id = ++lastIdentity));
  return id;
}

/** Python's dict: keeps the order of insertion, and knows no prototype. */
export class PyDict extends PyObject {
  readonly typeName: string = 'dict';
  readonly map = new Map<HashKey, Value>();
  /** Keys whose own spelling differs from their hash key (`True`, `1.0`, tuples). */
  private spelled: Map<HashKey, Value> | undefined;

  /** Makes a dict of string keys from pairs. */
  static of(entries: Iterable<readonly [Value, Value]>): PyDict {
    const dict = new PyDict();
    for (const [key, value] of entries) dict.set(key, value);
    return dict;
  }

  get(key: Value): Value | undefined {
    return this.map.get(hashKey(key));
  }

  has(key: Value): boolean {
    return this.map.has(hashKey(key));
  }

  /** Only for building a dict; templates cannot change one. */
  set(key: Value, value: Value): void {
    const hash = hashKey(key);
    if (hash !== key && !this.map.has(hash)) (this.spelled ??= new Map<HashKey, Value>()).set(hash, key);
    this.map.set(hash, value);
  }

  get size(): number {
    return this.map.size;
  }

  *keys(): Generator<Value, undefined> {
    const { spelled } = this;
    if (spelled) for (const hash of this.map.keys()) yield spelled.get(hash) ?? hash;
    else yield* this.map.keys() as Iterable<Value>;
    return undefined;
  }

  keyList(): Value[] {
    return this.spelled ? [...this.keys()] : ([...this.map.keys()] as Value[]);
  }

  /** The keys, if all are plain strings; each then finds its value in `map`. */
  textKeys(): string[] | undefined {
    if (this.spelled) return undefined;
    const keys = [...this.map.keys()];
    return keys.every((key) => typeof key === 'string') ? keys : undefined;
  }

  *entries(): Generator<[Value, Value], undefined> {
    const { spelled } = this;
    for (const [hash, value] of this.map) yield [spelled?.get(hash) ?? hash, value];
    return undefined;
  }

  override truthy(): boolean {
    return this.map.size > 0;
  }

  override length(): number {
    return this.map.size;
  }

  override iterate(): Iterator<Value> {
    return this.keys();
  }
}

/** A dict of strings whose lookups ignore case, as HTTP header names do. Keys are stored in lower case. */
export class CaseInsensitiveDict extends PyDict {
  override get(key: Value): Value | undefined {
    return super.get(typeof key === 'string' ? key.toLowerCase() : key);
  }

  override has(key: Value): boolean {
    return super.has(typeof key === 'string' ? key.toLowerCase() : key);
  }

  override set(key: Value, value: Value): void {
    super.set(typeof key === 'string' ? key.toLowerCase() : key, value);
  }
}

/** `dict.keys()`, `.values()` and `.items()`. */
export class DictView extends PyObject {
  readonly dict: PyDict;
  readonly kind: 'keys' | 'values' | 'items';

  constructor(dict: PyDict, kind: 'keys' | 'values' | 'items') {
    super();
    this.dict = dict;
    this.kind = kind;
  }

  get typeName(): string {
    return `dict_${this.kind}`;
  }

  toArray(): Value[] {
    if (this.kind === 'keys') return this.dict.keyList();
    if (this.kind === 'values') return [...this.dict.map.values()];
    return [...this.dict.entries()].map((pair) => new PyTuple(pair));
  }

  override truthy(): boolean {
    return this.dict.size > 0;
  }

  override length(): number {
    return this.dict.size;
  }

  override iterate(): Iterator<Value> {
    return this.toArray()[Symbol.iterator]();
  }

  override attribute(name: string): Value | undefined {
    return name === 'mapping' ? this.dict : undefined;
  }
}
