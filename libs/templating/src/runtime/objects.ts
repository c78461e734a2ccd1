import { typeError } from '../errors.ts';
import { equals } from '../values/compare.ts';
import { PyDict } from '../values/dict.ts';
import { elementAt, iterate, lengthOf } from '../values/sequence.ts';
import { repr } from '../values/text.ts';
import { PyObject, PyTuple, type Value } from '../values/types.ts';
import { charge } from './budget.ts';
import { BoundMethod, Callable, native } from './callable.ts';
import type { Render } from './render.ts';
import type { Keywords } from './signature.ts';

/** `namespace()`: the one object whose attributes a template may set. */
export class Namespace extends PyObject {
  readonly typeName = 'Namespace';
  readonly values = new PyDict();

  override repr(): string {
    return `<Namespace ${repr(this.values)}>`;
  }

  override attribute(name: string): Value | undefined {
    return this.values.get(name);
  }
}

/** `cycler()`: hands out its items in turn. */
export class Cycler extends PyObject {
  readonly typeName = 'Cycler';
  private position = 0;
  private readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'current':
        return this.current();
      case 'pos':
        return this.position;
      case 'items':
        return new PyTuple(this.items);
      case 'next':
        return new BoundMethod(this, cyclerNext);
      case 'reset':
        return new BoundMethod(this, cyclerReset);
      default:
        return undefined;
    }
  }

  private current(): Value {
    return this.items[this.position] as Value;
  }

  next(): Value {
    const item = this.current();
    this.position = (this.position + 1) % this.items.length;
    return item;
  }

  reset(): null {
    this.position = 0;
    return null;
  }
}

const cyclerNext = native('next()', (_render, self: Cycler) => self.next());
const cyclerReset = native('reset()', (_render, self: Cycler) => self.reset());

/** `joiner()`: nothing at its first call, its separator at each further one. */
export class Joiner extends Callable {
  readonly typeName = 'Joiner';
  private readonly separator: Value;
  private used = false;

  constructor(separator: Value) {
    super();
    this.separator = separator;
  }

  call(_render: Render, positional: readonly Value[], keywords?: Keywords): Value {
    if (positional.length > 0 || (keywords && keywords.size > 0)) {
      throw typeError(
        `Joiner.__call__() takes 1 positional argument but ${positional.length + 1} were given`,
      );
    }
    if (this.used) return this.separator;
    this.used = true;
    return '';
  }

  override attribute(name: string): Value | undefined {
    if (name === 'sep') return this.separator;
    return name === 'used' ? this.used : undefined;
  }
}

/** `??` would take None for missing. */
function orElse(value: Value | undefined, fallback: () => Value): Value {
  return value === undefined ? fallback() : value;
}

/** Renders the body of a recursive loop over further items. */
export type Recursion = (items: Value, depth0: number) => Value;

/** The `loop` of a `for` statement. Looks one item ahead only when asked to. */
export class LoopContext extends Callable {
  readonly typeName = 'LoopContext';
  index0 = -1;
  readonly depth0: number;
  private readonly render: Render;
  private readonly source: Value;
  private readonly recursion: Recursion | undefined;
  private iterator: Iterator<Value>;
  private readonly items: readonly Value[] | undefined;
  private count: number | undefined;
  private ahead: Value | undefined;
  private current: Value | undefined;
  private before: Value | undefined;
  private lastChanged: Value[] | undefined;

  constructor(render: Render, source: Value, recursion: Recursion | undefined, depth0: number) {
    super();
    this.render = render;
    this.source = source;
    this.recursion = recursion;
    this.depth0 = depth0;
    this.items = Array.isArray(source) ? (source as Value[]) : undefined;
    this.iterator = iterate(source);
  }

  /** The next item, or undefined at the end. */
  next(): Value | undefined {
    let item: Value | undefined;
    if (this.items) {
      item = this.items[this.index0 + 1];
    } else if (this.ahead !== undefined) {
      item = this.ahead;
      this.ahead = undefined;
    } else {
      item = this.pull();
    }
    if (item === undefined) return undefined;
    this.index0++;
    this.before = this.current;
    this.current = item;
    return item;
  }

  private pull(): Value | undefined {
    const step = this.iterator.next();
    return step.done ? undefined : step.value;
  }

  private peek(): Value | undefined {
    if (this.items) return this.items[this.index0 + 1];
    if (this.ahead === undefined) this.ahead = this.pull();
    return this.ahead;
  }

  override length(): number {
    if (this.count !== undefined) return this.count;
    if (this.items) return (this.count = this.items.length);
    const length = this.source instanceof PyObject ? this.source.length() : lengthOf(this.source);
    if (length !== undefined) return (this.count = length);
    const rest: Value[] = [];
    for (let item = this.pull(); item !== undefined; item = this.pull()) {
      charge(1);
      rest.push(item);
    }
    this.iterator = rest[Symbol.iterator]();
    return (this.count = rest.length + this.index0 + 1 + (this.ahead === undefined ? 0 : 1));
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return this.index0 + 1;
      case 'index0':
        return this.index0;
      case 'first':
        return this.index0 === 0;
      case 'last':
        return this.peek() === undefined;
      case 'length':
        return this.length();
      case 'revindex':
        return this.length() - this.index0;
      case 'revindex0':
        return this.length() - this.index0 - 1;
      case 'depth':
        return this.depth0 + 1;
      case 'depth0':
        return this.depth0;
      case 'previtem':
        return this.index0 === 0 ? this.missing('there is no previous item') : this.before;
      case 'nextitem':
        return orElse(this.peek(), () => this.missing('there is no next item'));
      case 'cycle':
        return new BoundMethod(this, loopCycle);
      case 'changed':
        return new BoundMethod(this, loopChanged);
      default:
        return undefined;
    }
  }

  private missing(message: string): Value {
    return this.render.undefined({ message });
  }

  changed(values: Value[]): boolean {
    const last = this.lastChanged;
    if (last && equals(last, values)) return false;
    this.lastChanged = values;
    return true;
  }

  call(_render: Render, positional: readonly Value[], keywords?: Keywords): Value {
    const [items = keywords?.get('iterable')] = positional;
    if (items === undefined || positional.length > 1) {
      throw typeError("LoopContext.__call__() missing 1 required positional argument: 'iterable'");
    }
    if (!this.recursion) {
      throw typeError("The loop must have the 'recursive' marker to be called recursively.");
    }
    return this.recursion(items, this.depth0 + 1);
  }

  override repr(): string {
    return `<LoopContext ${this.index0 + 1}/${this.length()}>`;
  }

  override iterate(): Iterator<Value> {
    return {
      next: (): IteratorResult<Value> => {
        const item = this.next();
        return item === undefined
          ? { done: true, value: undefined }
          : { done: false, value: new PyTuple([item, this]) };
      },
    };
  }
}

const loopCycle = native('cycle(*args)', (_render, self: LoopContext, args: Value[]) => {
  if (args.length === 0) throw typeError('no items for cycling given');
  return elementAt(args, self.index0 % args.length, 'tuple');
});

const loopChanged = native('changed(*value)', (_render, self: LoopContext, values: Value[]) =>
  self.changed(values),
);
