import {
  PythonError,
  TemplateAssertionError,
  TemplateError,
  SecurityError,
  UndefinedError,
} from '../errors.ts';
import type { Frame, Render, RuntimeOptions } from '../runtime/render.ts';
import type { At, BlockNode, Expression } from '../syntax/nodes.ts';
import { positionOf } from '../syntax/token-parser.ts';
import { Undefined } from '../values/undefined.ts';
import { PyDict } from '../values/dict.ts';
import { itemsOf, type Value } from '../values/types.ts';
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

/**
 * A value known at compile time. Jinja2 writes such a value into Python code by its text, and an infinity or NaN there is a
 * name that nothing has: it can be computed with and printed, and fails where the render itself has to read it.
 */
export function constant(value: Value): Compiled {
  const name = strayName(value);
  if (name === undefined) return { run: () => value, constant: value, foldable: true };
  const run = ({ render }: Frame): Value => {
    if (render.isFolding) return value;
    throw new PythonError('NameError', `name '${name}' is not defined`);
  };
  return { run, constant: value, foldable: true };
}

function strayName(value: Value): string | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : Number.isNaN(value) ? 'nan' : 'inf';
  const items = value instanceof PyDict ? [...value.entries()].flat() : (itemsOf(value) ?? []);
  return items.map(strayName).find((name) => name !== undefined);
}

export function dynamic(run: Evaluate): Compiled {
  return { run, constant: undefined, foldable: false };
}

/** A block's code; filled in after the template's own. */
export interface BlockCode {
  readonly node: BlockNode;
  execute: (render: Render) => void;
}

/** `jinja2` renders text as Jinja2 does; in `json` the template is JSON with holes, see `json-mode/tracker.ts`. */
export type TemplateMode = 'jinja2' | 'json';

/** What is common to the whole template being compiled. */
export interface Compilation {
  readonly options: RuntimeOptions;
  readonly mode: TemplateMode;
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
  /** Whether constants are escaped: `escaping`, or where that is volatile, what held around the volatile part. */
  readonly escapesConstants: boolean;
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
  return {
    compilation: place.compilation,
    scope,
    escaping: place.escaping,
    escapesConstants: place.escapesConstants,
    toplevel: false,
    soft: false,
  };
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

/** The part of a chain of lookups that does not exist: in `body.a.b`, where `a` is missing, that is `a`. */
function culprit({ origin }: Undefined, at: At): At {
  let node = at as Expression;
  while (node.typename === 'Attribute' || node.typename === 'LookupVal') {
    if (origin.owner !== undefined && node.typename === 'Attribute' && node.name === origin.name) break;
    if (origin.owner !== undefined && node.target.typename === 'Symbol') break;
    node = node.target;
  }
  return node;
}

/** As `locate`; an undefined operand is itself to blame. */
export function blame(error: unknown, at: At, ...operands: [value: Value, at: At][]): unknown {
  if (error instanceof UndefinedError || error instanceof SecurityError) {
    for (const [value, node] of operands) {
      if (value instanceof Undefined && error.message === value.message)
        return locate(error, culprit(value, node));
    }
  }
  return locate(error, at);
}
