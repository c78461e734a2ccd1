import { TemplateAssertionError, TemplateError, UndefinedError } from '../errors.ts';
import type { Frame, Render, RuntimeOptions } from '../runtime/render.ts';
import type { At, BlockNode } from '../syntax/nodes.ts';
import { positionOf } from '../syntax/token-parser.ts';
import { Undefined } from '../values/undefined.ts';
import type { Value } from '../values/types.ts';
import type { Activation, Scope } from './scope.ts';

/** A compiled expression. */
export type Evaluate = (frame: Frame) => Value;

/** A compiled statement; what it prints goes to the render. */
export type Execute = (frame: Frame) => void;

/** An expression, with its value where that is known at compile time. */
export interface Compiled {
  readonly run: Evaluate;
  readonly constant: Value | undefined;
  /** It can be computed at compile time, though its value may be one that cannot be kept (an iterator). */
  readonly foldable: boolean;
}

export function constant(value: Value): Compiled {
  return { run: () => value, constant: value, foldable: true };
}

export function dynamic(run: Evaluate): Compiled {
  return { run, constant: undefined, foldable: false };
}

/** A block's code; filled in after the template's own. */
export interface BlockCode {
  readonly node: BlockNode;
  execute: (render: Render) => void;
}

/** What is common to the whole template being compiled. */
export interface Compilation {
  readonly options: RuntimeOptions;
  readonly blocks: Map<string, BlockCode>;
  /** Computes constant parts; its state (a language set by `humanize_activate`) is where renders start. */
  readonly folding: Render;
}

/** Whether printed values are escaped; `volatile` where only the render knows. */
export type Escaping = 'off' | 'on' | 'volatile';

/** Where the compiler stands. */
export interface Place {
  readonly compilation: Compilation;
  readonly scope: Scope;
  readonly escaping: Escaping;
  /** Assignments here are seen by blocks. */
  readonly toplevel: boolean;
  /** Directly inside an `if`: an unknown filter or test is an error only when reached. */
  readonly soft: boolean;
  /** Where a filter block's filter takes the block's text from. */
  readonly captured?: Evaluate;
}

export function activationOf(place: Place): Activation {
  return place.scope.activation;
}

/** A place within a new scope. */
export function inner(place: Place, scope: Scope): Place {
  return { compilation: place.compilation, scope, escaping: place.escaping, toplevel: false, soft: false };
}

export function assertionError(message: string, at: At, hint?: string): TemplateAssertionError {
  return new TemplateAssertionError(message, positionOf(at), hint);
}

/** Gives an error the position of a node, unless it has one already. */
export function locate(error: unknown, at: At): unknown {
  if (error instanceof TemplateError && error.line === 0) {
    error.line = at.lineno + 1;
    error.column = at.colno + 1;
  }
  return error;
}

/** As `locate`; an undefined operand is itself to blame. */
export function blame(error: unknown, at: At, ...operands: [value: Value, at: At][]): unknown {
  if (error instanceof UndefinedError) {
    const culprit = operands.find(([value]) => value instanceof Undefined && error.message === value.message);
    if (culprit) return locate(error, culprit[1]);
  }
  return locate(error, at);
}
