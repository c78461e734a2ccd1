import { TemplateRuntimeError, keyError, typeError } from '../errors.ts';
import { Callable } from '../runtime/callable.ts';
import { charge } from '../runtime/budget.ts';
import { Frame, type Render } from '../runtime/render.ts';
import type { Keywords } from '../runtime/signature.ts';
import type { BlockNode } from '../syntax/nodes.ts';
import { PyObject, type Value } from '../values/types.ts';
import { locate, type BlockCode, type Compilation, type Execute, type Place } from './context.ts';
import { readVariable } from './expressions.ts';
import { Activation, Analysis, Scope, undeclared } from './scope.ts';
import { compileBody, compileEntry } from './statements.ts';

/** `self.name`: calling it renders the block. */
class BlockReference extends Callable {
  readonly typeName = 'BlockReference';
  private readonly block: BlockCode;

  constructor(block: BlockCode) {
    super();
    this.block = block;
  }

  call(render: Render, positional: readonly Value[], keywords?: Keywords): Value {
    if (positional.length > 0 || (keywords?.size ?? 0) > 0)
      throw typeError(
        `BlockReference.__call__() takes 1 positional argument but ${1 + positional.length} were given`,
      );
    return render.captured(render.capture(() => this.block.execute(render)));
  }

  override attribute(name: string): Value | undefined {
    return name === 'name' ? this.block.node.name : undefined;
  }
}

/** `self` in a template: its blocks. */
class TemplateReference extends PyObject {
  readonly typeName = 'TemplateReference';
  private readonly blocks: ReadonlyMap<string, BlockCode>;

  constructor(blocks: ReadonlyMap<string, BlockCode>) {
    super();
    this.blocks = blocks;
  }

  override repr(): string {
    return '<TemplateReference None>';
  }

  override attribute(name: string): Value | undefined {
    const block = this.blocks.get(name);
    return block && new BlockReference(block);
  }
}

/** Declares `self` where the nodes use it, and sets it when the activation starts. */
export function compileSelf(
  compilation: Compilation,
  scope: Scope,
  body: BlockNode['body'],
): Execute | undefined {
  if (!undeclared(body, ['self']).has('self')) return undefined;
  scope.declare('self');
  const slot = scope.find('self')?.slot ?? 0;
  const reference = new TemplateReference(compilation.blocks);
  return (frame) => {
    frame.vars[slot] = reference;
  };
}

/** Takes an activation's names from the context. */
export function enterActivation(activation: Activation, frame: Frame): void {
  const { lookup } = frame.render;
  for (const { name, slot } of activation.importList()) frame.vars[slot] = lookup(name);
}

/** The body of a block. Its scope is not inside the template's: it sees the context and what the top level has set. */
export function compileBlockBody(compilation: Compilation, node: BlockNode): (render: Render) => void {
  const activation = new Activation();
  const scope = new Scope(activation);
  const self = compileSelf(compilation, scope, node.body);
  const usesSuper = undeclared(node.body, ['super']).has('super');
  if (usesSuper) scope.declare('super');
  new Analysis(scope).all(node.body);
  const place: Place = {
    compilation,
    scope,
    escaping: 'off',
    escapesConstants: false,
    toplevel: false,
    soft: false,
  };
  const body = compileBody(place, node.body);
  const entry = compileEntry(place);
  const superSlot = usesSuper ? (scope.find('super')?.slot ?? 0) : undefined;
  const message = `there is no parent block called '${node.name}'.`;
  return (render) => {
    charge(2);
    render.enter();
    const frame = new Frame(render, activation.size);
    enterActivation(activation, frame);
    self?.(frame);
    if (superSlot !== undefined) frame.vars[superSlot] = render.undefined({ message, name: 'super' });
    entry?.(frame);
    body(frame);
    render.depth--;
  };
}

/** A block where it stands: renders it there. */
export function compileBlock(place: Place, node: BlockNode): Execute {
  const block = place.compilation.blocks.get(node.name);
  if (!block) throw keyError(node.name);
  if (node.required) {
    return () => {
      throw locate(new TemplateRuntimeError(`Required block '${node.name}' not found`), node);
    };
  }
  const locals = node.scoped
    ? [...place.scope.visibleStores()].map(
        ([name, variable]) => [name, readVariable(place, variable)] as const,
      )
    : [];
  return (frame) => {
    const { render } = frame;
    const outer = render.lookup;
    if (node.scoped) {
      const values = new Map(locals.map(([name, read]) => [name, read(frame)]));
      render.lookup = (name) => {
        const value = values.get(name);
        return value === undefined ? outer(name) : value;
      };
    }
    try {
      block.execute(render);
    } catch (error) {
      throw locate(error, node);
    }
    render.lookup = outer;
  };
}
