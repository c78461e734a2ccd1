import { PythonError, TemplateRuntimeError, typeError } from '../errors.ts';
import { dictMethods, dictMutators } from '../methods/dict.ts';
import { strMethods } from '../methods/str.ts';
import { callValue, getAttribute } from '../runtime/attributes.ts';
import { charge } from '../runtime/budget.ts';
import type { NativeFunction } from '../runtime/callable.ts';
import type { Frame } from '../runtime/render.ts';
import { bindArguments, type BoundArguments } from '../runtime/signature.ts';
import { nearest } from '../syntax/nearest.ts';
import type { Arguments, At, CallNode, Expression, FilterNode, TestNode } from '../syntax/nodes.ts';
import { PyDict } from '../values/dict.ts';
import { toArray } from '../values/sequence.ts';
import { textOf, typeName, type Value } from '../values/types.ts';
import {
  assertionError,
  blame,
  dynamic,
  locate,
  type Compiled,
  type Evaluate,
  type Place,
} from './context.ts';
import { compileExpression } from './expressions.ts';
import { folded } from './fold.ts';

/** Compiled arguments of one call. */
interface ArgumentCode {
  positional: Evaluate[];
  keywords: [name: string, run: Evaluate][];
  spread: Evaluate | undefined;
  keywordSpread: Evaluate | undefined;
  parts: Compiled[];
}

function compileArguments(place: Place, args: Arguments): ArgumentCode {
  const parts: Compiled[] = [];
  const compile = (node: Expression): Evaluate => {
    const compiled = compileExpression(place, node);
    parts.push(compiled);
    return compiled.run;
  };
  return {
    positional: args.positional.map(compile),
    keywords: args.keywords.map(([name, value]) => [name, compile(value)]),
    spread: args.spread ? compile(args.spread) : undefined,
    keywordSpread: args.keywordSpread ? compile(args.keywordSpread) : undefined,
    parts,
  };
}

function evaluatePositional(code: ArgumentCode, frame: Frame): Value[] {
  const values = code.positional.map((run) => run(frame));
  if (code.spread) for (const value of toArray(code.spread(frame))) values.push(value);
  return values;
}

function evaluateKeywords(code: ArgumentCode, frame: Frame): Map<string, Value> | undefined {
  if (code.keywords.length === 0 && !code.keywordSpread) return undefined;
  const values = new Map<string, Value>();
  for (const [name, run] of code.keywords) values.set(name, run(frame));
  if (code.keywordSpread) spreadKeywords(values, code.keywordSpread(frame));
  return values;
}

function spreadKeywords(values: Map<string, Value>, mapping: Value): void {
  if (!(mapping instanceof PyDict))
    throw typeError(`argument after ** must be a mapping, not ${typeName(mapping)}`);
  for (const [key, value] of mapping.entries()) {
    const name = textOf(key);
    if (name === undefined) throw typeError('keywords must be strings');
    if (values.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`);
    values.set(name, value);
  }
}

type Body = (render: Frame['render'], ...args: unknown[]) => Value;
type Argument = (frame: Frame) => Value | undefined;

/** Calls a built-in whose first argument is at hand and whose others are evaluated for it. */
type Invoke = (frame: Frame, first: Value) => Value;

/**
 * Fits a built-in to one call site: which expression is which parameter is settled here, once. `first` tells whether
 * the value the filter or method works on is a parameter of the signature or stands before them.
 */
function fitCall(fn: NativeFunction, code: ArgumentCode, first: 'parameter' | 'self'): Invoke {
  const { signature, cost } = fn;
  const body: Body = fn.body;
  if (code.spread || code.keywordSpread || signature.varargs || signature.keywords) {
    return (frame, value) => {
      charge(cost);
      const positional = evaluatePositional(code, frame);
      const keywords = evaluateKeywords(code, frame);
      if (first === 'self')
        return body(frame.render, value, ...bindArguments(signature, positional, keywords));
      positional.unshift(value);
      return body(frame.render, ...bindArguments(signature, positional, keywords));
    };
  }
  const target = {};
  const names = new Map<object, Argument>();
  const marker = (run: Evaluate): object => {
    const mark = {};
    names.set(mark, run);
    return mark;
  };
  const positional: Value[] = code.positional.map(marker);
  const keywords = new Map(code.keywords.map(([name, run]) => [name, marker(run)] as const));
  let bound: BoundArguments;
  try {
    bound = bindArguments(signature, first === 'parameter' ? [target, ...positional] : positional, keywords);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    const { name, message } = error;
    return () => {
      throw new PythonError(name as 'TypeError', message);
    };
  }
  const rest = first === 'parameter' ? bound.slice(1) : bound;
  const [a, b, ...more] = rest.map((item): Argument => names.get(item as object) ?? (() => item));
  if (!a) return (frame, value) => (charge(cost), body(frame.render, value));
  if (!b) return (frame, value) => (charge(cost), body(frame.render, value, a(frame)));
  if (more.length === 0)
    return (frame, value) => (charge(cost), body(frame.render, value, a(frame), b(frame)));
  return (frame, value) => {
    charge(cost);
    return body(frame.render, value, a(frame), b(frame), ...more.map((run) => run(frame)));
  };
}

/** Looks a filter or test up; inside an `if`, an unknown one fails only when it is reached. */
function find(place: Place, kind: 'filter' | 'test', name: string, at: At): NativeFunction | undefined {
  const known = place.compilation.options[kind === 'filter' ? 'filters' : 'tests'];
  const found = known.get(name);
  if (found || place.soft) return found;
  throw assertionError(`No ${kind} named '${name}'.`, at, unknownHint(name, known.keys()));
}

function unknownHint(name: string, known: Iterable<string>): string | undefined {
  const names = nearest(name, known);
  return names.length > 0
    ? `Did you mean ${names.map((candidate) => `'${candidate}'`).join(' or ')}?`
    : undefined;
}

export function compileFilter(place: Place, node: FilterNode): Compiled {
  const target = node.target ? compileExpression(place, node.target) : dynamic(place.captured ?? (() => ''));
  return compileApplied(place, 'filter', node, target);
}

export function compileTest(place: Place, node: TestNode): Compiled {
  return compileApplied(place, 'test', node, compileExpression(place, node.target));
}

function compileApplied(
  place: Place,
  kind: 'filter' | 'test',
  node: FilterNode | TestNode,
  target: Compiled,
): Compiled {
  const args = compileArguments(place, node.args);
  const fn = find(place, kind, node.name, node);
  if (!fn) {
    const message = `No ${kind} named '${node.name}' found.`;
    return dynamic(() => {
      throw locate(new TemplateRuntimeError(message), node);
    });
  }
  const invoke = fitCall(fn, args, 'parameter');
  const { run } = target;
  const compiled = dynamic((frame) => {
    const value = run(frame);
    try {
      return invoke(frame, value);
    } catch (error) {
      throw node.target ? blame(error, node, [value, node.target]) : locate(error, node);
    }
  });
  if (fn.contextual || place.escaping === 'volatile') return compiled;
  return folded(place, [target, ...args.parts], compiled);
}

/** `callee(...)`; `caller` is the body of a call block around it. */
export function compileCall(place: Place, node: CallNode, caller?: Evaluate): Compiled {
  const args = compileArguments(place, node.args);
  if (caller) args.keywords.push(['caller', caller]);
  if (node.callee.typename === 'Attribute' && !caller) {
    const method = compileMethodCall(place, node, args);
    if (method) return method;
  }
  const { run } = compileExpression(place, node.callee);
  return dynamic((frame) => {
    const callee = run(frame);
    try {
      charge(1);
      return callValue(frame.render, callee, evaluatePositional(args, frame), evaluateKeywords(args, frame));
    } catch (error) {
      throw blame(error, node, [callee, node.callee]);
    }
  });
}

/** `target.method(...)` on a string or dict goes straight to the method; all else takes the general way. */
function compileMethodCall(place: Place, node: CallNode, args: ArgumentCode): Compiled | undefined {
  if (node.callee.typename !== 'Attribute') return undefined;
  const { name, target: targetNode } = node.callee;
  const strMethod = strMethods.get(name);
  const dictMethod = dictMutators.has(name) ? undefined : dictMethods.get(name);
  if (!strMethod && !dictMethod) return undefined;
  const onString = strMethod && fitCall(strMethod, args, 'self');
  const onDict = dictMethod && fitCall(dictMethod, args, 'self');
  const { run } = compileExpression(place, targetNode);
  const at = node.callee;
  return dynamic((frame) => {
    const self = run(frame);
    try {
      if (typeof self === 'string' && onString) return onString(frame, self);
      if (self instanceof PyDict && onDict) return onDict(frame, self);
      const callee = getAttribute(frame.render, self, name);
      charge(1);
      return callValue(frame.render, callee, evaluatePositional(args, frame), evaluateKeywords(args, frame));
    } catch (error) {
      throw blame(error, at, [self, targetNode]);
    }
  });
}
