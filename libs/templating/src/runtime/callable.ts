import { PyObject, type Value } from '../values/types.ts';
import type { Render } from './render.ts';
import { bindArguments, parseSignature, type Keywords, type Signature } from './signature.ts';

/** Anything a template can call. */
export abstract class Callable extends PyObject {
  abstract call(render: Render, positional: readonly Value[], keywords?: Keywords): Value;
}

/** The body of a built-in. Its arguments come bound by its signature, so their types are the body's to check. */
export type NativeBody = (render: Render, ...args: never[]) => Value;
type AnyBody = (render: Render, ...args: unknown[]) => Value;

/** A function written in TypeScript, with a Python signature. */
export class NativeFunction extends Callable {
  readonly typeName: string = 'function';
  readonly signature: Signature;
  readonly body: AnyBody;
  /** Its result depends on more than its arguments, so that it is never computed at compile time. */
  readonly contextual: boolean;
  /** Steps that a call counts; more than one for what takes long even on small values. */
  cost = 1;

  constructor(signature: Signature, body: NativeBody, contextual = false) {
    super();
    this.signature = signature;
    this.body = body as AnyBody;
    this.contextual = contextual;
  }

  call(render: Render, positional: readonly Value[], keywords?: Keywords): Value {
    return this.body(render, ...bindArguments(this.signature, positional, keywords));
  }

  override repr(): string {
    return `<function ${this.signature.name}>`;
  }
}

/** A built-in from its Python signature (see `parseSignature`). */
export function native(signature: string, body: NativeBody): NativeFunction {
  return new NativeFunction(parseSignature(signature), body);
}

/** A built-in that reads the state of the render, such as `random`. */
export function contextual(signature: string, body: NativeBody): NativeFunction {
  return new NativeFunction(parseSignature(signature), body, true);
}

/** A table of built-ins by the names in their signatures. */
export function table(...functions: NativeFunction[]): Map<string, NativeFunction> {
  return new Map(functions.map((item) => [item.signature.name, item]));
}

/** A method taken off its value: `{% set f = name.upper %}`. Its body gets the value first. */
export class BoundMethod extends Callable {
  readonly typeName = 'builtin_function_or_method';
  readonly self: Value;
  readonly method: NativeFunction;

  constructor(self: Value, method: NativeFunction) {
    super();
    this.self = self;
    this.method = method;
  }

  call(render: Render, positional: readonly Value[], keywords?: Keywords): Value {
    return this.method.body(render, this.self, ...bindArguments(this.method.signature, positional, keywords));
  }

  override repr(): string {
    return `<built-in method ${this.method.signature.name}>`;
  }
}
