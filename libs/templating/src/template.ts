import { LimitError, TemplateError, TemplateRuntimeError } from './errors.ts';
import { compileLone, compileTemplate, type Program } from './compile/compiler.ts';
import type { TemplateMode } from './compile/context.ts';
import type { Environment } from './environment.ts';
import { PyDict } from './values/dict.ts';
import type { Value } from './values/types.ts';
import type { Lookup } from './runtime/render.ts';
import { fromPlain } from './json/from-plain.ts';
import { parseLoneExpression, parseTemplate } from './syntax/statement-parser.ts';
import { NunjucksTemplate } from './syntax/nunjucks.ts';

/**
 * The variables of a render: a dict, a Map of engine values, or a plain object whose values are made of engine values or
 * plain JavaScript ones (see `fromPlain`). Build it of `parseJson` results where `1.0` and big integers matter.
 */
export type TemplateContext = PyDict | ReadonlyMap<string, Value> | Readonly<Record<string, unknown>>;

function contextLookup(context: TemplateContext, globals: ReadonlyMap<string, Value>): Lookup {
  if (context instanceof PyDict) {
    return (name) => {
      const value = context.get(name);
      return value === undefined ? globals.get(name) : value;
    };
  }
  if (context instanceof Map) {
    const map = context as ReadonlyMap<string, Value>;
    return (name) => (map.has(name) ? map.get(name) : globals.get(name));
  }
  const record = context as Readonly<Record<string, unknown>>;
  return (name) => {
    if (!Object.hasOwn(record, name) || record[name] === undefined) return globals.get(name);
    return fromPlain(record[name]);
  };
}

/** Completes an error with the line it points at; turns what only a defect or a deep recursion can throw into one. */
export function describeError(error: unknown, source: string, limit: number): TemplateError {
  let described: TemplateError;
  if (error instanceof TemplateError) {
    described = error;
  } else if (error instanceof RangeError && /call stack/i.test(error.message)) {
    described = new LimitError('recursionDepth', limit, 'The template is nested too deep.');
  } else {
    described = new TemplateRuntimeError(error instanceof Error ? error.message : String(error));
    described.cause = error;
  }
  if (described.line > 0 && described.snippet === '') {
    described.snippet = (source.split(/\r\n?|\n/)[described.line - 1] ?? '').slice(0, 400);
  }
  return described;
}

/** A compiled template. Rendering is synchronous and leaves nothing behind; one template may render any number of times. */
export class Template extends NunjucksTemplate {
  readonly source: string;
  readonly mode: TemplateMode;
  private readonly environment: Environment;
  private readonly program: Program<string>;

  /** Compiles at once. Throws TemplateSyntaxError or TemplateAssertionError. */
  constructor(source: string, environment: Environment, mode: TemplateMode = 'jinja2') {
    super(source, environment, undefined, false);
    this.source = source;
    this.mode = mode;
    this.environment = environment;
    this.program = environment.guard(source, () =>
      compileTemplate(parseTemplate(source), environment.runtime, mode),
    );
  }

  /**
   * Renders with a context. Throws UndefinedError, SecurityError, LimitError or another TemplateRuntimeError, each with
   * the line and column where it happened.
   */
  render(context: TemplateContext = {}): string {
    const { environment } = this;
    return environment.guard(this.source, () => {
      const text = this.program(contextLookup(context, environment.runtime.globals));
      environment.checkOutput(text);
      return text;
    });
  }
}

/** A compiled expression, for settings such as `filter` and `when`. */
export class CompiledExpression {
  readonly source: string;
  private readonly environment: Environment;
  private readonly program: Program<Value>;

  constructor(source: string, environment: Environment) {
    this.source = source;
    this.environment = environment;
    this.program = environment.guard(source, () =>
      compileLone(parseLoneExpression(source), environment.runtime),
    );
  }

  /** The expression's value; an undefined one is an `Undefined`, which is falsy. Throws as `Template.render` does. */
  evaluate(context: TemplateContext = {}): Value {
    const { environment } = this;
    return environment.guard(this.source, () =>
      this.program(contextLookup(context, environment.runtime.globals)),
    );
  }
}
