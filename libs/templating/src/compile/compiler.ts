import { createBudget, withBudget } from '../runtime/budget.ts';
import { Frame, Render, type Lookup, type RuntimeOptions } from '../runtime/render.ts';
import { descendants, type Expression, type RootNode } from '../syntax/nodes.ts';
import type { Value } from '../values/types.ts';
import { compileBlockBody, compileSelf, enterActivation } from './blocks.ts';
import { JsonTracker } from '../json-mode/tracker.ts';
import {
  assertionError,
  type BlockCode,
  type Compilation,
  type Place,
  type TemplateMode,
} from './context.ts';
import { compileExpression } from './expressions.ts';
import { Activation, Analysis, Scope } from './scope.ts';
import { compileBody, compileEntry } from './statements.ts';

/** Runs compiled code with a context. */
export type Program<Result> = (lookup: Lookup) => Result;

function newCompilation(options: RuntimeOptions, mode: TemplateMode): Compilation {
  return {
    options,
    mode,
    blocks: new Map<string, BlockCode>(),
    folding: new Render(options, () => undefined, { isFolding: true }),
  };
}

/** A render that starts in the state that the compile-time evaluation left. */
function startRender(compilation: Compilation, lookup: Lookup): Render {
  const { options, folding, mode } = compilation;
  const tracker = mode === 'json' ? new JsonTracker() : undefined;
  const render = new Render(options, lookup, { tracker });
  render.locale = folding.locale;
  if (compilation.blocks.size > 0) {
    const exported = new Map<string, Value>();
    render.exported = exported;
    render.lookup = (name) => {
      const value = exported.get(name);
      return value === undefined ? lookup(name) : value;
    };
  }
  return render;
}

/** Compiles a template's tree to closures. Raises TemplateAssertionError. */
export function compileTemplate(
  root: RootNode,
  options: RuntimeOptions,
  mode: TemplateMode,
): Program<string> {
  const compilation = newCompilation(options, mode);
  return withBudget(createBudget(options.limits), () => {
    for (const node of descendants(root)) {
      if (node.typename !== 'Block') continue;
      if (compilation.blocks.has(node.name)) throw assertionError(`block '${node.name}' defined twice`, node);
      compilation.blocks.set(node.name, { node, execute: () => undefined });
    }
    const activation = new Activation();
    const scope = new Scope(activation);
    const self = compileSelf(compilation, scope, root.children);
    new Analysis(scope).all(root.children);
    const place: Place = {
      compilation,
      scope,
      escaping: 'off',
      escapesConstants: false,
      toplevel: true,
      soft: false,
    };
    const body = compileBody(place, root.children);
    const entry = compileEntry(place);
    for (const block of compilation.blocks.values())
      block.execute = compileBlockBody(compilation, block.node);
    return (lookup) => {
      const render = startRender(compilation, lookup);
      return withBudget(createBudget(options.limits), () => {
        const frame = new Frame(render, activation.size);
        enterActivation(activation, frame);
        self?.(frame);
        entry?.(frame);
        body(frame);
        render.tracker?.finish();
        return render.out;
      });
    };
  });
}

/** Compiles a lone expression. */
export function compileLone(node: Expression, options: RuntimeOptions): Program<Value> {
  const compilation = newCompilation(options, 'jinja2');
  return withBudget(createBudget(options.limits), () => {
    const activation = new Activation();
    const scope = new Scope(activation);
    new Analysis(scope).visit(node);
    const { run } = compileExpression(
      { compilation, scope, escaping: 'off', escapesConstants: false, toplevel: true, soft: false },
      node,
    );
    return (lookup) => {
      const render = startRender(compilation, lookup);
      return withBudget(createBudget(options.limits), () => {
        const frame = new Frame(render, activation.size);
        enterActivation(activation, frame);
        return run(frame);
      });
    };
  });
}
