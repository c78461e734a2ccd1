import type { Expression, OutputNode } from '../syntax/nodes.ts';
import { escapeToText } from '../values/markup.ts';
import { str } from '../values/text.ts';
import type { Value } from '../values/types.ts';
import { TemplateError } from '../errors.ts';
import { locate, type Compiled, type Execute, type Place } from './context.ts';
import { compileExpression } from './expressions.ts';
import { computed } from './fold.ts';

/** Texts and values in the order they are printed; neighbouring constants become one text. */
export function compileOutput(place: Place, node: OutputNode): Execute {
  if (place.compilation.mode === 'json') return compileJsonOutput(place, node);
  const steps: (string | Execute)[] = [];
  for (const child of node.children) {
    const compiled = compileExpression(place, child);
    const text = child.typename === 'TemplateData' ? child.value : constantText(place, compiled);
    const last = steps.at(-1);
    if (text === undefined) steps.push(compilePrint(place, compiled, child));
    else if (typeof last === 'string') steps[steps.length - 1] = last + text;
    else steps.push(text);
  }
  const executes = steps.map((step): Execute =>
    typeof step === 'string' ? (frame) => frame.render.write(step) : step,
  );
  const [a, b, c] = executes;
  if (!a) return () => undefined;
  if (!b) return a;
  if (!c) {
    return (frame) => {
      a(frame);
      b(frame);
    };
  }
  return (frame) => {
    for (const execute of executes) execute(frame);
  };
}

/** In JSON mode only the template's own text and commas are text; every other expression is a value, a constant one too. */
function compileJsonOutput(place: Place, node: OutputNode): Execute {
  const steps = node.children.map((child): Execute => {
    if (child.typename === 'TemplateData')
      return locatedStep(child, (frame) => frame.render.writeLiteral(child.value, child));
    const { run } = compileExpression(place, child);
    if (child.typename === 'InlineIf' && isComma(child))
      return locatedStep(child, (frame) => frame.render.writeLiteral(str(run(frame)), child));
    return locatedStep(child, (frame) => frame.render.writeValue(run(frame), child));
  });
  return (frame) => {
    for (const step of steps) step(frame);
  };
}

/** Whether an expression can only print a comma of the author's, as `',' if not loop.last` does, or nothing. */
function isComma(node: Expression | null): boolean {
  if (node === null) return true;
  if (node.typename === 'InlineIf') return isComma(node.body) && isComma(node.else_);
  return node.typename === 'Literal' && typeof node.value === 'string' && /^\s*,?\s*$/.test(node.value);
}

function locatedStep(node: Expression, execute: Execute): Execute {
  return (frame) => {
    try {
      execute(frame);
    } catch (error) {
      throw locate(error, node);
    }
  };
}

function constantText(place: Place, { run, foldable }: Compiled): string | undefined {
  if (!foldable) return undefined;
  const value = computed(place, run);
  try {
    if (value === undefined) return undefined;
    return place.escapesConstants ? escapeToText(value) : str(value);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return undefined;
  }
}

function printer(place: Place): (value: Value, autoescape: boolean) => string {
  if (place.escaping === 'off') return str;
  if (place.escaping === 'on') return escapeToText;
  return (value, autoescape) => (autoescape ? escapeToText(value) : str(value));
}

function compilePrint(place: Place, { run }: Compiled, node: Expression): Execute {
  const print = printer(place);
  return (frame) => {
    const value = run(frame);
    const { render } = frame;
    try {
      render.write(typeof value === 'string' && print === str ? value : print(value, render.autoescape));
    } catch (error) {
      throw locate(error, node);
    }
  };
}
