/**
 * A value of the template language.
 *
 * | Python | here |
 * | --- | --- |
 * | `int` | `number` that is a safe integer, else `bigint` |
 * | `float` | `number` that is not an integer (also `NaN`, infinities), else `PyFloat` |
 * | `str` | `string`, or `Markup` |
 * | `list` | array |
 * | everything else | a `PyObject` |
 *
 * Ordinary numbers therefore cost nothing, and `1` and `1.0` stay different. Two rules keep the mapping one to one:
 * a `bigint` is never within the safe integers, and a plain `number` is never `-0`.
 */
export type Value = null | boolean | number | bigint | string | object;

/** What a dictionary is asked with; see `hashKey`. */
export type HashKey = null | number | bigint | string | object;

/** Base of all values that are not JavaScript primitives or arrays. Subclasses override what their type can do. */
export abstract class PyObject {
  abstract readonly typeName: string;

  /** Python's `repr()` of the types that are no containers. */
  repr(): string {
    return `<${this.typeName} object>`;
  }

  /** Python's `str()`; undefined for types whose text is that of `repr`, which knows the containers. */
  str(): string | undefined {
    return undefined;
  }

  truthy(): boolean {
    return true;
  }

  /** Python's `len()`, or undefined where the type has none. */
  length(): number | undefined {
    return undefined;
  }

  /** Python's `iter()`, or undefined where the type is not iterable. */
  iterate(): Iterator<Value> | undefined {
    return undefined;
  }

  /** A public attribute, or undefined where there is none. */
  attribute(_name: string): Value | undefined {
    return undefined;
  }

  equals(other: Value): boolean {
    return this === other;
  }
}

/** A float with an integral value (JavaScript cannot tell `1.0` from `1`). */
export class PyFloat extends PyObject {
  readonly typeName = 'float';
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }

  override truthy(): boolean {
    return this.value !== 0;
  }
}

/** A string that is safe to put into HTML: escaping leaves it alone. */
export class Markup extends PyObject {
  readonly typeName = 'Markup';
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override truthy(): boolean {
    return this.text !== '';
  }
}

export class PyTuple extends PyObject {
  readonly typeName: string = 'tuple';
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  override truthy(): boolean {
    return this.items.length > 0;
  }

  override length(): number {
    return this.items.length;
  }

  override iterate(): Iterator<Value> {
    return this.items[Symbol.iterator]();
  }
}

/** The pair that `groupby` yields: a tuple whose parts have names too. */
export class GroupTuple extends PyTuple {
  override readonly typeName = '_GroupTuple';

  override attribute(name: string): Value | undefined {
    if (name === 'grouper') return this.items[0];
    if (name === 'list') return this.items[1];
    return undefined;
  }
}

/** An iterator that can be walked once: what lazy filters such as `map` return. */
export class PyIterator extends PyObject {
  readonly typeName: string;
  private readonly source: Iterator<Value>;

  constructor(source: Iterator<Value>, typeName = 'generator') {
    super();
    this.source = source;
    this.typeName = typeName;
  }

  override repr(): string {
    return this.typeName === 'generator' ? '<generator object>' : `<${this.typeName} object>`;
  }

  override iterate(): Iterator<Value> {
    return this.source;
  }
}

/** A float as a value: boxed when integral. */
export function float(value: number): Value {
  return Number.isInteger(value) ? new PyFloat(value) : value;
}

/** An integer as a value, whatever its size. */
export function integer(value: bigint): Value {
  return value <= 9007199254740991n && value >= -9007199254740991n ? Number(value) : value;
}

export function isInteger(value: Value): value is number | bigint {
  return typeof value === 'number' ? Number.isInteger(value) : typeof value === 'bigint';
}

/** Whether the value is a Python float. */
export function isFloat(value: Value): value is number | PyFloat {
  return typeof value === 'number' ? !Number.isInteger(value) : value instanceof PyFloat;
}

/** Whether Python's arithmetic takes the value: int, float or bool. */
export function isNumeric(value: Value): boolean {
  const type = typeof value;
  return type === 'number' || type === 'boolean' || type === 'bigint' || value instanceof PyFloat;
}

/** The text of a `str` or `Markup`, else undefined. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Markup ? value.text : undefined;
}

/** The elements of a list or tuple, else undefined. */
export function itemsOf(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value as Value[];
  return value instanceof PyTuple ? value.items : undefined;
}

/** Python's `type(value).__name__`. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    default:
      if (value === null) return 'NoneType';
      if (Array.isArray(value)) return 'list';
      return value instanceof PyObject ? value.typeName : 'object';
  }
}

/** What `tojson` returns: Markup that remembers which value it is the JSON of. */
export class JsonMarkup extends Markup {
  readonly value: Value;

  constructor(text: string, value: Value) {
    super(text);
    this.value = value;
  }
}
