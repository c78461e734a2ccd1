import { LimitError } from './errors.ts';
import { builtinFilters } from './filters/index.ts';
import { defaultLimits, type Limits } from './runtime/budget.ts';
import { contextual, type NativeFunction } from './runtime/callable.ts';
import { builtinGlobals } from './runtime/globals.ts';
import type { Render, RuntimeOptions } from './runtime/render.ts';
import { builtinTests } from './runtime/tests.ts';
import { humanizeFilters } from './humanize/filters.ts';
import { prefectFilters } from './prefect/filters.ts';
import { NunjucksEnvironment } from './syntax/nunjucks.ts';
import { CompiledExpression, Template, describeError } from './template.ts';
import type { PyDict } from './values/dict.ts';
import type { TemplateMode } from './compile/context.ts';
import { truthy } from './values/compare.ts';
import type { Value } from './values/types.ts';
import type { UndefinedMode } from './values/undefined.ts';
import { fromPlain } from './json/from-plain.ts';

export interface EnvironmentOptions {
  /** Overrides of single limits; see `Limits`. */
  limits?: Partial<Limits>;
  /** How undefined values behave; `chainable`, as in Prefect, by default. */
  undefined?: UndefinedMode;
  /** Prefect's own filters (`from_cloud_event`, `flow_run_id`, `ui_url`, `ui_resource_events_url`); on by default. */
  prefectFilters?: boolean;
  /** The `humanize_*` filters; on by default. */
  humanizeFilters?: boolean;
  /** Where `ui_url` and its relatives point, without a trailing slash. */
  uiUrl?: string;
  /** The clock of the `humanize_*` filters, in milliseconds since the epoch; local time is UTC. */
  now?: () => number;
  /** A source of numbers in [0, 1) for `random` and `lipsum`. */
  random?: () => number;
}

export interface CompileOptions {
  /** `jinja2` by default; in `json` no value can break or inject JSON. */
  mode?: TemplateMode;
}

/** A filter or test of the host's own: gets the value, then the arguments as engine values, then the keyword arguments. */
export type HostFunction = (value: Value, ...args: (Value | PyDict)[]) => unknown;

/** Templates of one configuration: Jinja2's immutable sandbox, as Prefect sets it up, on nunjucks' Environment. */
export class Environment extends NunjucksEnvironment {
  readonly runtime: RuntimeOptions;
  readonly limits: Readonly<Limits>;
  private readonly filterTable = builtinFilters();
  private readonly testTable = builtinTests();
  private readonly globalTable = builtinGlobals();

  constructor(options: EnvironmentOptions = {}) {
    super();
    this.limits = Object.freeze({ ...defaultLimits, ...options.limits });
    if (options.humanizeFilters !== false)
      for (const item of humanizeFilters) this.filterTable.set(item.signature.name, item);
    if (options.prefectFilters !== false)
      for (const item of prefectFilters) this.filterTable.set(item.signature.name, item);
    this.runtime = {
      limits: this.limits,
      undefinedMode: options.undefined ?? 'chainable',
      filters: this.filterTable,
      tests: this.testTable,
      globals: this.globalTable,
      now: options.now ?? Date.now,
      random: options.random ?? Math.random,
      uiUrl: options.uiUrl ?? 'http://localhost:4200',
    };
  }

  /** nunjucks calls this from its constructor, to register filters of its own and loaders. There are none here. */
  init(): void {
    Object.assign(this, {
      opts: { autoescape: false, throwOnUndefined: false },
      loaders: [],
      extensionsList: [],
      extensions: {},
    });
  }

  /** Compiles a template. Throws TemplateSyntaxError, TemplateAssertionError or, for an oversized source, LimitError. */
  compile(source: string, options: CompileOptions = {}): Template {
    const maximum = this.limits.templateBytes;
    if (Buffer.byteLength(source) > maximum) {
      throw new LimitError('templateBytes', maximum, `The template is larger than ${maximum} bytes.`);
    }
    return new Template(source, this, options.mode);
  }

  /** Compiles a lone expression, such as `body.action == 'opened'`. Throws as `compile` does. */
  compileExpression(source: string): CompiledExpression {
    return new CompiledExpression(source, this);
  }

  /** Compiles and renders. Throws as `compile` and `Template.render` do. */
  override renderString(source: string, context: object): string {
    return this.compile(source).render(context as Record<string, unknown>);
  }

  override addFilter(name: string, filter: HostFunction): this {
    this.filterTable.set(
      name,
      hostFunction(name, (...args) => fromPlain(filter(...args))),
    );
    return this;
  }

  addTest(name: string, test: HostFunction): this {
    this.testTable.set(
      name,
      hostFunction(name, (...args) => truthy(fromPlain(test(...args)))),
    );
    return this;
  }

  override addGlobal(name: string, value: unknown): this {
    this.globalTable.set(name, fromPlain(value));
    return this;
  }

  /** Runs work on a source, and completes the errors it throws. */
  guard<T>(source: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw describeError(error, source, this.limits.recursionDepth);
    }
  }

  /** Refuses an output over its limit in bytes; a text's length bounds its bytes from below and, times three, above. */
  checkOutput(text: string): void {
    const maximum = this.limits.outputBytes;
    if (text.length * 3 <= maximum || Buffer.byteLength(text) <= maximum) return;
    throw new LimitError('outputBytes', maximum, `The output is larger than ${maximum} bytes.`);
  }
}

function hostFunction(name: string, call: (value: Value, ...args: Value[]) => Value): NativeFunction {
  return contextual(
    `${name}(value, *args, **kwargs)`,
    (_render: Render, value: Value, args: Value[], kwargs: PyDict) =>
      kwargs.size > 0 ? call(value, ...args, kwargs) : call(value, ...args),
  );
}

/** An environment with Prefect's settings, unless `options` say otherwise. */
export function createEnvironment(options: EnvironmentOptions = {}): Environment {
  return new Environment(options);
}
