import type { At, BinaryNode, Expression, LogicNode } from '../syntax/nodes.ts';
import { numberOf, truthy } from '../values/compare.ts';
import { binaryOperations, negate, positive, raise } from '../values/operators.ts';
import { PyDict } from '../values/dict.ts';
import { PySlice } from '../values/sequence.ts';
import { Undefined } from '../values/undefined.ts';
import { Markup, PyTuple, type Value } from '../values/types.ts';
import { positionOf } from '../syntax/token-parser.ts';
import {
  assertionError,
  blame,
  constant,
  dynamic,
  locate,
  type Compiled,
  type Evaluate,
  type Place,
} from './context.ts';
import { compileCompare, compileConcat } from './chains.ts';
import { compileCall, compileFilter, compileTest } from './calls.ts';
import { folded } from './fold.ts';
import { compileAttribute, compileItem } from './lookups.ts';
import type { Variable } from './scope.ts';

export function compileExpression(place: Place, node: Expression): Compiled {
  switch (node.typename) {
    case 'Literal':
      return constant(node.value);
    case 'TemplateData':
      return constant(place.escaping === 'on' ? new Markup(node.value) : node.value);
    case 'Symbol':
      return compileName(place, node.value, node);
    case 'Array':
      return compileList(place, node.children, (items) => items);
    case 'Tuple':
      return compileList(place, node.children, (items) => new PyTuple(items));
    case 'Dict':
      return compileDict(
        place,
        node.children.map(({ key, value }) => [key, value]),
        node,
      );
    case 'Attribute':
      return compileAttribute(place, node);
    case 'LookupVal':
      return compileItem(place, node);
    case 'Slice':
      return compileSlice(place, [node.start, node.stop, node.step]);
    case 'FunCall':
      return compileCall(place, node);
    case 'Filter':
      return compileFilter(place, node);
    case 'Is':
      return compileTest(place, node);
    case 'InlineIf':
      return compileConditional(place, node, node);
    case 'Binary':
      return compileBinary(place, node);
    case 'Or':
    case 'And':
      return compileLogic(place, node);
    case 'Not': {
      const target = compileExpression(place, node.target);
      return folded(
        place,
        [target],
        dynamic((frame) => !truthy(target.run(frame))),
      );
    }
    case 'Neg':
      return compileUnary(place, node.target, node, negate);
    case 'Pos':
      return compileUnary(place, node.target, node, positive);
    case 'Concat':
      return compileConcat(place, node.children, node);
    case 'Compare':
      return compileCompare(place, node);
    case 'NamespaceRef':
      throw assertionError('A namespace attribute can only be assigned to.', node);
  }
}

/** Reads a variable; undefined stands for "not set". */
export function readVariable(
  place: Place,
  variable: Variable,
): (frame: Parameters<Evaluate>[0]) => Value | undefined {
  const { slot } = variable;
  let hops = 0;
  for (let at = place.scope.activation; at !== variable.activation; at = at.parent as typeof at) hops++;
  if (hops === 0) return (frame) => frame.vars[slot];
  if (hops === 1) return (frame) => frame.parent?.vars[slot];
  return (frame) => {
    let at = frame;
    for (let i = 0; i < hops; i++) at = at.parent as typeof at;
    return at.vars[slot];
  };
}

function compileName(place: Place, name: string, at: At): Compiled {
  const variable = place.scope.find(name);
  if (!variable) {
    throw assertionError(
      `Tried to resolve a name to a reference that was unknown to the frame ('${name}')`,
      at,
    );
  }
  const { slot } = variable;
  if (variable.activation === place.scope.activation) {
    return dynamic((frame) => {
      const value = frame.vars[slot];
      return value === undefined ? frame.render.undefined({ name }) : value;
    });
  }
  const read = readVariable(place, variable);
  return dynamic((frame) => {
    const value = read(frame);
    return value === undefined ? frame.render.undefined({ name }) : value;
  });
}

function compileList(place: Place, nodes: Expression[], make: (items: Value[]) => Value): Compiled {
  const items = nodes.map((node) => compileExpression(place, node));
  const runs = items.map(({ run }) => run);
  return folded(
    place,
    items,
    dynamic((frame) => {
      const values = new Array<Value>(runs.length);
      for (let i = 0; i < runs.length; i++) values[i] = (runs[i] as Evaluate)(frame);
      return make(values);
    }),
  );
}

function compileDict(place: Place, nodes: [Expression, Expression][], at: At): Compiled {
  const pairs = nodes.map(
    ([key, value]) => [compileExpression(place, key), compileExpression(place, value)] as const,
  );
  return folded(
    place,
    pairs.flat(),
    dynamic((frame) => {
      const dict = new PyDict();
      try {
        for (const [key, value] of pairs) dict.set(key.run(frame), value.run(frame));
      } catch (error) {
        throw locate(error, at);
      }
      return dict;
    }),
  );
}

function compileSlice(place: Place, parts: (Expression | null)[]): Compiled {
  const [start, stop, step] = parts.map((part) => (part ? compileExpression(place, part) : constant(null)));
  if (!start || !stop || !step) throw new Error('A slice has three parts.');
  return folded(
    place,
    [start, stop, step],
    dynamic((frame) => new PySlice(start.run(frame), stop.run(frame), step.run(frame))),
  );
}

function compileConditional(
  place: Place,
  { cond, body, else_ }: { cond: Expression; body: Expression; else_: Expression | null },
  at: At,
): Compiled {
  const soft: Place = { ...place, soft: true };
  const test = compileExpression(soft, cond);
  const then = compileExpression(soft, body);
  const { line } = positionOf(at);
  const message = `the inline if-expression on line ${line} evaluated to false and no else section was defined.`;
  const otherwise = else_
    ? compileExpression(soft, else_)
    : dynamic(() => new Undefined('default', { message }));
  if (test.constant !== undefined && place.escaping !== 'volatile') {
    const chosen = truthy(test.constant) ? then : otherwise;
    if (chosen.constant !== undefined) return chosen;
  }
  return dynamic((frame) => (truthy(test.run(frame)) ? then.run(frame) : otherwise.run(frame)));
}

function compileBinary(place: Place, node: BinaryNode): Compiled {
  const left = compileExpression(place, node.left);
  const right = compileExpression(place, node.right);
  const operation = node.operator === '**' ? powerOf(left, right) : binaryOperations[node.operator];
  return folded(
    place,
    [left, right],
    dynamic((frame) => {
      const a = left.run(frame);
      const b = right.run(frame);
      try {
        return operation(a, b);
      } catch (error) {
        throw blame(error, node, [a, node.left], [b, node.right]);
      }
    }),
  );
}

/**
 * Jinja2 writes a constant into its Python code without parentheses, so that a negative one before `**` comes out as in
 * Python's `-2 ** n`: the power is negated. Where both sides are constant it computes the power of the negative number.
 */
function powerOf(left: Compiled, right: Compiled): (a: Value, b: Value) => Value {
  const base = numberOf(left.constant ?? null);
  const isNegative = base !== undefined && (base < 0 || Object.is(base, -0));
  return isNegative && !right.foldable ? (a, b) => negate(raise(negate(a), b)) : raise;
}

function compileUnary(
  place: Place,
  target: Expression,
  at: At,
  operation: (value: Value) => Value,
): Compiled {
  const compiled = compileExpression(place, target);
  const { run } = compiled;
  return folded(
    place,
    [compiled],
    dynamic((frame) => {
      const operand = run(frame);
      try {
        return operation(operand);
      } catch (error) {
        throw blame(error, at, [operand, target]);
      }
    }),
  );
}

function compileLogic(place: Place, node: LogicNode): Compiled {
  const left = compileExpression(place, node.left);
  const stopsOn = node.typename === 'Or';
  // The right side of a decided constant is never looked at, not even for unknown filters.
  if (left.constant !== undefined && truthy(left.constant) === stopsOn && place.escaping !== 'volatile')
    return left;
  const right = compileExpression(place, node.right);
  return folded(
    place,
    [left, right],
    dynamic((frame) => {
      const value = left.run(frame);
      return truthy(value) === stopsOn ? value : right.run(frame);
    }),
  );
}
