import { PythonError, TemplateRuntimeError, typeError } from '../errors.ts';
import { callNode } from './macros.ts';
import { Namespace } from '../runtime/objects.ts';
import type { Frame } from '../runtime/render.ts';
import type {
  AutoescapeNode,
  FilterBlockNode,
  IfNode,
  LoaderNode,
  OutputNode,
  SetBlockNode,
  SetNode,
  Statement,
  Target,
  WithNode,
} from '../syntax/nodes.ts';
import { truthy } from '../values/compare.ts';
import { str } from '../values/text.ts';
import { Undefined } from '../values/undefined.ts';
import { Markup, textOf, typeName, type Value } from '../values/types.ts';
import { compileBlock } from './blocks.ts';
import { assertionError, inner, locate, type Evaluate, type Execute, type Place } from './context.ts';
import { compileExpression, readVariable } from './expressions.ts';
import { compileFor } from './loops.ts';
import { compileMacro } from './macros.ts';
import { compileOutput } from './output.ts';
import { Analysis, Scope } from './scope.ts';
import { unpack } from './unpack.ts';

/** Statements one after the other, as one. */
export function compileBody(place: Place, nodes: Statement[]): Execute {
  const steps = nodes.map((node) => compileStatement(place, node));
  const [a, b, c] = steps;
  if (!a) return () => undefined;
  if (!b) return a;
  if (!c) {
    return (frame) => {
      a(frame);
      b(frame);
    };
  }
  return (frame) => {
    for (const step of steps) step(frame);
  };
}

function compileStatement(place: Place, node: Statement): Execute {
  switch (node.typename) {
    case 'Output':
      return compileOutput(place, node as OutputNode);
    case 'If':
      return compileIf(place, node);
    case 'For':
      return compileFor(place, node);
    case 'Set':
      return compileSet(place, node);
    case 'SetBlock':
      return compileSetBlock(place, node);
    case 'With':
      return compileWith(place, node);
    case 'Macro':
      return compileMacro(place, node);
    case 'CallBlock':
      return callNode(place, node);
    case 'FilterBlock':
      return compileFilterBlock(place, node);
    case 'Autoescape':
      return compileAutoescape(place, node);
    case 'Block':
      return compileBlock(place, node);
    case 'Loader':
      return compileLoader(place, node);
  }
}

/** Sets the variables of a scope to what they begin with. */
export function compileEntry(place: Place): Execute | undefined {
  const steps = place.scope
    .initializations()
    .map(({ slot, from }) => ({ slot, read: from && readVariable(place, from) }));
  if (steps.length === 0) return undefined;
  return (frame) => {
    for (const { slot, read } of steps) frame.vars[slot] = read?.(frame);
  };
}

/** A new scope around statements, analysed by `analyse`. */
export function innerScope(place: Place, analyse: (analysis: Analysis) => void): Place {
  const scope = new Scope(place.scope.activation, place.scope);
  analyse(new Analysis(scope));
  return inner(place, scope);
}

function compileIf(place: Place, node: IfNode): Execute {
  const soft: Place = { ...place, soft: true };
  const branches = node.branches.map(
    ([test, body]) => [compileExpression(soft, test).run, compileBody(soft, body)] as const,
  );
  const otherwise = compileBody(soft, node.else_);
  const [first] = branches;
  if (branches.length === 1 && first) {
    const [test, body] = first;
    return (frame) => {
      if (truthy(test(frame))) body(frame);
      else otherwise(frame);
    };
  }
  return (frame) => {
    for (const [test, body] of branches) {
      if (truthy(test(frame))) return body(frame);
    }
    otherwise(frame);
  };
}

export type Assign = (frame: Frame, value: Value) => void;

/** Puts a value into a target's variables. At the top level, blocks get to see it too. */
export function compileAssign(place: Place, target: Target): Assign {
  if (target.typename === 'Tuple') {
    const parts = target.children.map((child) => compileAssign(place, child as Target));
    return (frame, value) => {
      let items: readonly Value[];
      try {
        items = unpack(value, parts.length);
      } catch (error) {
        throw locate(error, target);
      }
      for (let i = 0; i < parts.length; i++) (parts[i] as Assign)(frame, items[i] as Value);
    };
  }
  if (target.typename === 'NamespaceRef') return compileNamespaceAssign(place, target);
  const variable = place.scope.find(target.value);
  if (!variable) throw assertionError(`Unknown variable '${target.value}'.`, target);
  const { slot } = variable;
  const name = target.value;
  if (place.toplevel && place.compilation.blocks.size > 0) {
    return (frame, value) => {
      frame.vars[slot] = value;
      frame.render.exported?.set(name, value);
    };
  }
  return (frame, value) => {
    frame.vars[slot] = value;
  };
}

function compileNamespaceAssign(place: Place, target: Extract<Target, { typename: 'NamespaceRef' }>): Assign {
  const variable = place.scope.find(target.name);
  if (!variable) throw assertionError(`Unknown variable '${target.name}'.`, target);
  const read = readVariable(place, variable);
  return (frame, value) => {
    const namespace = read(frame);
    if (!(namespace instanceof Namespace)) {
      throw locate(new TemplateRuntimeError('cannot assign attribute on non-namespace object'), target);
    }
    namespace.values.set(target.attribute, value);
  };
}

function compileSet(place: Place, node: SetNode): Execute {
  const { run } = compileExpression(place, node.value);
  const assign = compileAssign(place, node.target);
  return (frame) => assign(frame, run(frame));
}

/** What a scope's statements print, as a text. */
function compileCapture(place: Place, nodes: Statement[]): (frame: Frame) => string {
  const body = compileBody(place, nodes);
  return (frame) => {
    const { render } = frame;
    const outer = render.startCapture();
    body(frame);
    return render.endCapture(outer);
  };
}

function escapedCapture(place: Place, capture: (frame: Frame) => string): Evaluate {
  if (place.escaping === 'on') return (frame) => new Markup(capture(frame));
  if (place.escaping === 'volatile') return (frame) => frame.render.captured(capture(frame));
  return capture;
}

function compileSetBlock(place: Place, node: SetBlockNode): Execute {
  const body = innerScope(place, (analysis) => analysis.all(node.body));
  const entry = compileEntry(body);
  const capture = compileCapture(body, node.body);
  const captured = escapedCapture(body, capture);
  const value: Evaluate = node.filter ? compileExpression({ ...body, captured }, node.filter).run : capture;
  const assign = compileAssign(place, node.target);
  return (frame) => {
    entry?.(frame);
    const result = value(frame);
    assign(frame, frame.render.autoescape ? new Markup(str(result)) : result);
  };
}

function compileFilterBlock(place: Place, node: FilterBlockNode): Execute {
  const body = innerScope(place, (analysis) => {
    analysis.all(node.body);
    analysis.visit(node.filter);
  });
  const entry = compileEntry(body);
  const captured = escapedCapture(body, compileCapture(body, node.body));
  const { run } = compileExpression({ ...body, captured }, node.filter);
  return (frame) => {
    entry?.(frame);
    writeText(frame, run(frame), node);
  };
}

/** Writes what must be a string already, as the results of filter and call blocks must. */
export function writeText(frame: Frame, value: Value, at: Statement): void {
  const text = textOf(value);
  if (text === undefined) throw locate(typeError(`expected str instance, ${typeName(value)} found`), at);
  if (frame.render.tracker) frame.render.writeValue(value, at);
  else frame.render.write(text);
}

function compileWith(place: Place, node: WithNode): Execute {
  const body = innerScope(place, (analysis) => {
    for (const target of node.targets) analysis.target(target, true);
    analysis.all(node.body);
  });
  const entry = compileEntry(body);
  const steps = node.targets.map((target, i) => ({
    assign: compileAssign(body, target),
    run: compileExpression(place, node.values[i] as WithNode['values'][number]).run,
  }));
  const execute = compileBody(body, node.body);
  return (frame) => {
    entry?.(frame);
    for (const { assign, run } of steps) assign(frame, run(frame));
    execute(frame);
  };
}

function compileAutoescape(place: Place, node: AutoescapeNode): Execute {
  const scoped = innerScope(place, (analysis) => {
    analysis.visit(node.value);
    analysis.all(node.body);
  });
  const entry = compileEntry(scoped);
  const value = compileExpression(scoped, node.value);
  // A value known only to the render makes everything inside volatile, also a known one further in.
  const known = value.constant === undefined ? undefined : truthy(value.constant);
  const isVolatile = known === undefined || place.escaping === 'volatile';
  const escaping = isVolatile ? 'volatile' : known ? 'on' : 'off';
  const escapesConstants = known ?? place.escapesConstants;
  const body = compileBody({ ...scoped, escaping, escapesConstants }, node.body);
  return (frame) => {
    entry?.(frame);
    const { render } = frame;
    const outer = render.autoescape;
    render.autoescape = truthy(value.run(frame));
    body(frame);
    render.autoescape = outer;
  };
}

const isEmptySelection = (value: Value): boolean =>
  textOf(value) === undefined && !(value instanceof Undefined) && !truthy(value);

/** There is no loader: whatever needs one fails when it is reached. */
function compileLoader(place: Place, node: LoaderNode): Execute {
  const { run } = compileExpression(place, node.template);
  if (node.kind === 'extends' && !place.toplevel) {
    throw assertionError('cannot use extend from a non top-level scope', node);
  }
  return (frame) => {
    const template = run(frame);
    if (node.kind === 'include' && isEmptySelection(template)) {
      if (node.ignoreMissing) return;
      const message = 'Tried to select from an empty list of templates.';
      throw locate(new PythonError('TemplatesNotFound', message), node);
    }
    const error = typeError('no loader for this environment specified');
    error.hint = `'${node.kind}' is not available: a template stands alone here.`;
    throw locate(error, node);
  };
}
