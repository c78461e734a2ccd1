import { charge } from '../runtime/budget.ts';
import { LoopContext } from '../runtime/objects.ts';
import { Frame } from '../runtime/render.ts';
import { descendants, type AnyNode, type ForNode, type Target } from '../syntax/nodes.ts';
import { truthy } from '../values/compare.ts';
import { PyRange, iterate } from '../values/sequence.ts';
import { Markup, PyIterator, itemsOf, type Value } from '../values/types.ts';
import { assertionError, blame, inner, locate, type Execute, type Place } from './context.ts';
import { compileExpression } from './expressions.ts';
import { Activation, Analysis, Scope, undeclared } from './scope.ts';
import { compileAssign, compileBody, compileEntry, writeText } from './statements.ts';

/** Every part of a loop, compiled. */
interface LoopCode {
  assign: (frame: Frame, value: Value) => void;
  entry: Execute | undefined;
  body: Execute;
  filter: ((frame: Frame, items: Value) => Value) | undefined;
  otherwise: Execute | undefined;
  /** The variable of `loop`, where the body uses it. */
  loopSlot: number | undefined;
  /** Steps that one iteration counts as. */
  cost: number;
}

export function compileFor(place: Place, node: ForNode): Execute {
  refuseLoopAssignment(node);
  const iterable = compileExpression(place, node.iter).run;
  return node.recursive ? compileRecursive(place, node, iterable) : compilePlain(place, node, iterable);
}

function refuseLoopAssignment(node: ForNode): void {
  const check = (target: Target): void => {
    if (target.typename === 'Tuple') target.children.forEach((child) => check(child as Target));
    else if (target.typename === 'Symbol' && target.value === 'loop') {
      throw assertionError("Can't assign to special loop variable in for-loop target", target);
    }
  };
  for (const child of descendants(node)) {
    if (child.typename === 'For' || child.typename === 'Set' || child.typename === 'SetBlock')
      check(child.target);
  }
}

function usesLoop(node: ForNode): boolean {
  if (node.recursive || undeclared(node.body, ['loop']).has('loop')) return true;
  return [...descendants(node)].some((child) => child.typename === 'Block' && child.scoped);
}

function bodyCost(nodes: AnyNode[]): number {
  let count = 0;
  for (const node of nodes) for (const _ of descendants(node)) count++;
  return 1 + count / 8;
}

function compileParts(place: Place, node: ForNode, activation: Activation): LoopCode {
  const scope = new Scope(activation, place.scope);
  const extended = usesLoop(node);
  if (extended) scope.declare('loop');
  const analysis = new Analysis(scope);
  analysis.target(node.target, true);
  analysis.all(node.body);
  const loopPlace = inner(place, scope);
  return {
    assign: compileAssign(loopPlace, node.target),
    entry: compileEntry(loopPlace),
    body: compileBody(loopPlace, node.body),
    filter: node.test ? compileTestFilter(place, node, activation) : undefined,
    otherwise: node.else_.length > 0 ? compileElse(place, node, activation) : undefined,
    loopSlot: extended ? scope.find('loop')?.slot : undefined,
    cost: bodyCost(node.body),
  };
}

function compileElse(place: Place, node: ForNode, activation: Activation): Execute {
  const scope = new Scope(activation, place.scope);
  new Analysis(scope).all(node.else_);
  const elsePlace = inner(place, scope);
  const entry = compileEntry(elsePlace);
  const body = compileBody(elsePlace, node.else_);
  return (frame) => {
    entry?.(frame);
    body(frame);
  };
}

/** `for x in items if test`: decides item by item, while the loop runs. */
function compileTestFilter(
  place: Place,
  node: ForNode,
  activation: Activation,
): (frame: Frame, items: Value) => Value {
  const scope = new Scope(activation, place.scope);
  const analysis = new Analysis(scope);
  analysis.target(node.target, true);
  if (node.test) analysis.visit(node.test);
  const testPlace = inner(place, scope);
  const entry = compileEntry(testPlace);
  const assign = compileAssign(testPlace, node.target);
  const test = compileExpression(testPlace, node.test as NonNullable<ForNode['test']>).run;
  function* filter(frame: Frame, items: Value): Generator<Value, undefined> {
    entry?.(frame);
    const iterator = iterate(items);
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      charge(1);
      assign(frame, step.value);
      if (truthy(test(frame))) yield step.value;
    }
    return undefined;
  }
  return (frame, items) => new PyIterator(filter(frame, items));
}

/** Runs the body for each item; tells whether there was any. */
function compileIteration(code: LoopCode): (frame: Frame, items: Value, loop?: LoopContext) => boolean {
  const { assign, entry, body, loopSlot, cost } = code;
  const once = (frame: Frame, item: Value): void => {
    charge(cost);
    assign(frame, item);
    entry?.(frame);
    body(frame);
  };
  return (frame, items, loop) => {
    if (loop && loopSlot !== undefined) {
      frame.vars[loopSlot] = loop;
      for (let item = loop.next(); item !== undefined; item = loop.next()) {
        frame.vars[loopSlot] = loop;
        once(frame, item);
      }
      return loop.index0 >= 0;
    }
    const list = items instanceof PyRange ? items.toArray() : itemsOf(items);
    if (list) {
      for (const item of list) once(frame, item);
      return list.length > 0;
    }
    const iterator = iterate(items);
    let any = false;
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      any = true;
      once(frame, step.value);
    }
    return any;
  };
}

function compilePlain(place: Place, node: ForNode, iterable: (frame: Frame) => Value): Execute {
  const code = compileParts(place, node, place.scope.activation);
  const iteration = compileIteration(code);
  const { filter, otherwise, loopSlot } = code;
  return (frame) => {
    const source = iterable(frame);
    let items: Value;
    let loop: LoopContext | undefined;
    try {
      if (filter) iterate(source);
      items = filter ? filter(frame, source) : source;
      if (loopSlot !== undefined) loop = new LoopContext(frame.render, items, undefined, 0);
      else if (!itemsOf(items)) iterate(items);
    } catch (error) {
      throw blame(error, node.iter, [source, node.iter]);
    }
    try {
      if (iteration(frame, items, loop)) return;
    } catch (error) {
      throw locate(error, node);
    }
    otherwise?.(frame);
  };
}

function compileRecursive(place: Place, node: ForNode, iterable: (frame: Frame) => Value): Execute {
  const activation = new Activation(place.scope.activation);
  const code = compileParts(place, node, activation);
  const iteration = compileIteration(code);
  const { filter, otherwise } = code;
  const { escaping } = place;

  const recurse = (outer: Frame, source: Value, depth0: number): Value => {
    const { render } = outer;
    const frame = new Frame(render, activation.size, outer);
    render.enter();
    const out = render.startCapture();
    const items = filter ? filter(frame, source) : source;
    const loop = new LoopContext(render, items, (inside, depth) => recurse(outer, inside, depth), depth0);
    if (!iteration(frame, items, loop)) otherwise?.(frame);
    const text = render.endCapture(out);
    render.depth--;
    if (escaping === 'on') return new Markup(text);
    return escaping === 'volatile' ? render.captured(text) : text;
  };

  return (frame) => {
    const source = iterable(frame);
    let text: Value;
    try {
      text = recurse(frame, source, 0);
    } catch (error) {
      throw blame(error, node.iter, [source, node.iter]);
    }
    writeText(frame, text, node);
  };
}
