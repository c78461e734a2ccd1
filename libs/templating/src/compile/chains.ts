import { checkStringLength } from '../runtime/budget.ts';
import type { At, CompareNode, Expression } from '../syntax/nodes.ts';
import { escape } from '../values/markup.ts';
import { comparisons } from '../values/operators.ts';
import { str } from '../values/text.ts';
import { Markup } from '../values/types.ts';
import { blame, dynamic, locate, type Compiled, type Evaluate, type Place } from './context.ts';
import { compileExpression } from './expressions.ts';
import { folded } from './fold.ts';

/** `a ~ b ~ c`. */
export function compileConcat(place: Place, nodes: Expression[], at: At): Compiled {
  const parts = nodes.map((node) => compileExpression(place, node));
  const runs = parts.map(({ run }) => run);
  const joinText: Evaluate = (frame) => {
    let text = '';
    for (const run of runs) text += str(run(frame));
    checkStringLength(text.length);
    return text;
  };
  const joinMarkup: Evaluate = (frame) => {
    const values = runs.map((run) => run(frame));
    if (!values.some((value) => value instanceof Markup)) return values.map(str).join('');
    const text = values.map((value) => escape(value).text).join('');
    checkStringLength(text.length);
    return new Markup(text);
  };
  const located = (run: Evaluate) =>
    dynamic((frame) => {
      try {
        return run(frame);
      } catch (error) {
        throw locate(error, at);
      }
    });
  const constantResult = folded(place, parts, located(joinText));
  return constantResult.constant === undefined && place.escaping === 'on'
    ? located(joinMarkup)
    : constantResult;
}

/** `a < b <= c`: each operand is evaluated once, up to the first that fails. */
export function compileCompare(place: Place, node: CompareNode): Compiled {
  const first = compileExpression(place, node.expr);
  const rest = node.ops.map(([operator, operand, at]) => ({
    test: comparisons[operator],
    node: operand,
    operand: compileExpression(place, operand),
    at,
  }));
  const parts = [first, ...rest.map(({ operand }) => operand)];
  const single = rest.length === 1 ? rest[0] : undefined;
  if (single) {
    const { test, operand, at } = single;
    return folded(
      place,
      parts,
      dynamic((frame) => {
        const a = first.run(frame);
        const b = operand.run(frame);
        try {
          return test(a, b);
        } catch (error) {
          throw blame(error, at, [a, node.expr], [b, single.node]);
        }
      }),
    );
  }
  return folded(
    place,
    parts,
    dynamic((frame) => {
      let left = first.run(frame);
      for (const { test, operand, at } of rest) {
        const right = operand.run(frame);
        try {
          if (!test(left, right)) return false;
        } catch (error) {
          throw locate(error, at);
        }
        left = right;
      }
      return true;
    }),
  );
}
