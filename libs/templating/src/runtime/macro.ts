import { typeError } from '../errors.ts';
import { PyDict } from '../values/dict.ts';
import { repr } from '../values/text.ts';
import { PyTuple, type Value } from '../values/types.ts';
import { charge } from './budget.ts';
import { Callable } from './callable.ts';
import { Frame, type Render } from './render.ts';
import type { Keywords } from './signature.ts';

/** What the compiler knows of a macro; shared by all of its instances. */
export interface MacroCode {
  readonly name: string | null;
  readonly parameters: readonly string[];
  readonly catchesKeywords: boolean;
  readonly catchesPositional: boolean;
  readonly takesCaller: boolean;
  /** Number of variables of one invocation. */
  size: number;
  /** Where each argument goes: the parameters, then caller, kwargs and varargs where taken. */
  readonly targets: readonly number[];
  body: (frame: Frame) => void;
}

/** A macro, or the `caller` of a call block. */
export class Macro extends Callable {
  readonly typeName = 'Macro';
  private readonly code: MacroCode;
  private readonly scope: Frame;

  constructor(code: MacroCode, scope: Frame) {
    super();
    this.code = code;
    this.scope = scope;
  }

  override repr(): string {
    return `<Macro ${this.code.name === null ? 'anonymous' : repr(this.code.name)}>`;
  }

  override attribute(name: string): Value | undefined {
    const { code } = this;
    switch (name) {
      case 'name':
        return code.name;
      case 'arguments':
        return new PyTuple(code.parameters);
      case 'catch_kwargs':
        return code.catchesKeywords;
      case 'catch_varargs':
        return code.catchesPositional;
      case 'caller':
        return code.takesCaller;
      case 'explicit_caller':
        return code.parameters.includes('caller');
      default:
        return undefined;
    }
  }

  call(render: Render, positional: readonly Value[], keywords?: Keywords): Value {
    const { code } = this;
    charge(2);
    const frame = new Frame(render, code.size, this.scope);
    const values = this.bind(render, positional, keywords);
    for (let i = 0; i < values.length; i++) frame.vars[code.targets[i] as number] = values[i];
    render.enter();
    const outer = render.startCapture();
    code.body(frame);
    const text = render.endCapture(outer);
    render.depth--;
    return render.captured(text);
  }

  private bind(render: Render, positional: readonly Value[], keywords?: Keywords): (Value | undefined)[] {
    const { code } = this;
    const count = code.parameters.length;
    const values: (Value | undefined)[] = positional.slice(0, count);
    const rest = keywords && keywords.size > 0 ? new Map(keywords) : undefined;
    let foundCaller = values.length === count && code.parameters.includes('caller');
    for (const name of code.parameters.slice(values.length)) {
      values.push(rest?.get(name));
      rest?.delete(name);
      if (name === 'caller') foundCaller = true;
    }
    if (code.takesCaller && !foundCaller) {
      const caller = rest?.get('caller');
      rest?.delete('caller');
      values.push(caller ?? render.undefined({ message: 'No caller defined', name: 'caller' })); // None counts as absent, too
    }
    if (code.catchesKeywords) values.push(PyDict.of(rest ?? []));
    else if (rest && rest.size > 0) throw this.unknownKeyword(rest);
    if (code.catchesPositional) values.push(new PyTuple(positional.slice(count)));
    else if (positional.length > count) {
      throw typeError(`macro ${repr(code.name)} takes not more than ${count} argument(s)`);
    }
    return values;
  }

  private unknownKeyword(rest: Keywords): Error {
    const name = repr(this.code.name);
    if (rest.has('caller')) {
      return typeError(
        `macro ${name} was invoked with two values for the special caller argument. This is most likely a bug.`,
      );
    }
    return typeError(`macro ${name} takes no keyword argument ${repr(rest.keys().next().value ?? '')}`);
  }
}
