import { Macro, type MacroCode } from '../runtime/macro.ts';
import type { Frame } from '../runtime/render.ts';
import { descendants, type CallBlockNode, type MacroNode } from '../syntax/nodes.ts';
import { charge } from '../runtime/budget.ts';
import { compileCall } from './calls.ts';
import { assertionError, inner, type Execute, type Place } from './context.ts';
import { compileExpression } from './expressions.ts';
import { Activation, Analysis, Scope, undeclared } from './scope.ts';
import { compileBody, compileEntry, writeText } from './statements.ts';

type Definition = MacroNode | CallBlockNode;

/** The names a macro may use without declaring them. */
function specialNames(node: Definition): Set<string> {
  const special = undeclared(node.body, ['caller', 'kwargs', 'varargs']);
  const declared = node.parameters.map((parameter) => parameter.value);
  const position = declared.indexOf('caller');
  if (special.has('caller') && position >= 0) {
    if (position < declared.length - node.defaults.length) {
      const message =
        'When defining macros or call blocks the special "caller" argument must be omitted or be given a default.';
      throw assertionError(message, node.parameters[position] ?? node);
    }
  }
  for (const name of ['kwargs', 'varargs']) if (declared.includes(name)) special.delete(name);
  return special;
}

function compileDefinition(place: Place, node: Definition, name: string | null): MacroCode {
  const activation = new Activation(place.scope.activation);
  const scope = new Scope(activation, place.scope);
  const special = specialNames(node);
  const parameters = node.parameters.map((parameter) => parameter.value);
  for (const parameter of parameters) scope.declare(parameter);
  const extra = ['caller', 'kwargs', 'varargs'].filter(
    (item) => special.has(item) && !parameters.includes(item),
  );
  for (const item of extra) scope.declare(item);
  const analysis = new Analysis(scope);
  analysis.all(node.defaults);
  analysis.all(node.body);
  const macroPlace = inner(place, scope);
  const entry = compileEntry(macroPlace);
  const defaults = compileDefaults(macroPlace, node);
  const body = compileBody(macroPlace, node.body);
  const cost = 1 + [...descendants(node)].length / 8;
  return {
    name,
    parameters,
    catchesKeywords: special.has('kwargs'),
    catchesPositional: special.has('varargs'),
    takesCaller: special.has('caller'),
    get size() {
      return activation.size;
    },
    targets: [...parameters, ...extra].map((item) => scope.find(item)?.slot ?? 0),
    body: (frame) => {
      charge(cost);
      entry?.(frame);
      defaults(frame);
      body(frame);
    },
  };
}

/** Fills in the parameters that a call left out. */
function compileDefaults(place: Place, node: Definition): Execute {
  const first = node.parameters.length - node.defaults.length;
  const steps = node.parameters.map((parameter, i) => {
    const slot = place.scope.find(parameter.value)?.slot ?? 0;
    const fallback = node.defaults[i - first];
    const message = `parameter '${parameter.value}' was not provided`;
    const run = fallback
      ? compileExpression(place, fallback).run
      : (frame: Frame) => frame.render.undefined({ message, name: parameter.value });
    return { slot, run };
  });
  return (frame) => {
    for (const { slot, run } of steps) {
      if (frame.vars[slot] === undefined) frame.vars[slot] = run(frame);
    }
  };
}

export function compileMacro(place: Place, node: MacroNode): Execute {
  const code = compileDefinition(place, node, node.name);
  const slot = place.scope.find(node.name)?.slot ?? 0;
  const { name } = node;
  const exports = place.toplevel && place.compilation.blocks.size > 0;
  return (frame) => {
    const macro = new Macro(code, frame);
    frame.vars[slot] = macro;
    if (exports) frame.render.exported?.set(name, macro);
  };
}

/** `{% call %}`: its body becomes the `caller` of the macro it calls. */
export function callNode(place: Place, node: CallBlockNode): Execute {
  const code = compileDefinition(place, node, null);
  const { run } = compileCall(place, node.call, (frame) => new Macro(code, frame));
  return (frame) => writeText(frame, run(frame), node);
}
