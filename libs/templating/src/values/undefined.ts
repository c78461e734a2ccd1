import { SecurityError, UndefinedError } from '../errors.ts';
import { PyObject, type Value } from './types.ts';
import { repr } from './text.ts';
import { typeName } from './types.ts';

/** How forgiving undefined values are: Jinja2's `ChainableUndefined`, `Undefined` or `StrictUndefined`. */
export type UndefinedMode = 'chainable' | 'default' | 'strict';

export interface UndefinedOrigin {
  /** The whole message; made from `name` and `owner` where absent. */
  message?: string;
  name?: Value;
  owner?: Value;
  /** The lookup was refused by the sandbox. */
  unsafe?: boolean;
}

/** A name, attribute or item that does not exist. Prints as nothing, is false and empty, and raises on any other use. */
export class Undefined extends PyObject {
  readonly mode: UndefinedMode;
  readonly origin: UndefinedOrigin;

  constructor(mode: UndefinedMode, origin: UndefinedOrigin) {
    super();
    this.mode = mode;
    this.origin = origin;
  }

  get typeName(): string {
    if (this.mode === 'chainable') return 'ChainableUndefined';
    return this.mode === 'strict' ? 'StrictUndefined' : 'Undefined';
  }

  get message(): string {
    const { message, name, owner } = this.origin;
    if (message !== undefined) return message;
    if (owner === undefined) return `${repr(name ?? null)} is undefined`;
    if (typeof name !== 'string') return `${ownerText(owner)} has no element ${repr(name ?? null)}`;
    return `${repr(ownerText(owner))} has no attribute ${repr(name)}`;
  }

  /** Raises what any real use of this value raises. */
  fail(): never {
    throw this.origin.unsafe ? new SecurityError(this.message) : new UndefinedError(this.message);
  }

  override repr(): string {
    return 'Undefined';
  }

  override str(): string {
    if (this.mode === 'strict') this.fail();
    return '';
  }

  override truthy(): boolean {
    if (this.mode === 'strict') this.fail();
    return false;
  }

  override length(): number {
    if (this.mode === 'strict') this.fail();
    return 0;
  }

  override iterate(): Iterator<Value> {
    if (this.mode === 'strict') this.fail();
    return [][Symbol.iterator]();
  }

  override equals(other: Value): boolean {
    if (this.mode === 'strict') this.fail();
    return other instanceof Undefined && other.mode === this.mode;
  }
}

function ownerText(owner: Value): string {
  return owner === null ? 'None' : `${typeName(owner)} object`;
}
