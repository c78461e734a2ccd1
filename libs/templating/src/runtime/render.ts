import { LimitError } from '../errors.ts';
import type { Locale } from '../humanize/locale.ts';
import { englishLocale } from '../humanize/locale.ts';
import type { JsonTracker } from '../json-mode/tracker.ts';
import type { At } from '../syntax/nodes.ts';
import { str } from '../values/text.ts';
import { Markup, type Value } from '../values/types.ts';
import { Undefined, type UndefinedMode, type UndefinedOrigin } from '../values/undefined.ts';
import type { Limits } from './budget.ts';
import type { NativeFunction } from './callable.ts';

/** What filters and tests need to know of the environment that compiled a template. */
export interface RuntimeOptions {
  readonly limits: Readonly<Limits>;
  readonly undefinedMode: UndefinedMode;
  readonly filters: ReadonlyMap<string, NativeFunction>;
  readonly tests: ReadonlyMap<string, NativeFunction>;
  readonly globals: ReadonlyMap<string, Value>;
  /** The clock of `humanize_*`: milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
  /** Options of Prefect's `ui_url` filter. */
  readonly uiUrl: string;
}

/** Finds a name in a context; undefined where it does not exist. */
export type Lookup = (name: string) => Value | undefined;

/** The state of one render. Nothing of it outlives the render, so that no template sees another's traces. */
export class Render {
  readonly options: RuntimeOptions;
  /** The context below everything the template sets; replaced while a block runs. */
  lookup: Lookup;
  /** Names set at the top level, which blocks see. */
  exported: Map<string, Value> | undefined;
  out = '';
  autoescape = false;
  /** It computes constants while a template is compiled. */
  readonly isFolding: boolean;
  depth = 0;
  /** In JSON mode, what follows the text that is written. */
  readonly tracker: JsonTracker | undefined;
  /** How many captures are open; captured text is text, not JSON. */
  captures = 0;
  locale: Locale = englishLocale;
  private readonly outputLimit: number;

  constructor(
    options: RuntimeOptions,
    lookup: Lookup,
    { tracker, isFolding = false }: { tracker?: JsonTracker | undefined; isFolding?: boolean } = {},
  ) {
    this.tracker = tracker;
    this.isFolding = isFolding;
    this.options = options;
    this.lookup = lookup;
    this.outputLimit = options.limits.outputBytes;
  }

  write(text: string): void {
    this.out += text;
    if (this.out.length > this.outputLimit) this.outputTooLong();
  }

  /** Writes the template's own text in JSON mode. */
  writeLiteral(text: string, at: At): void {
    if (this.captures === 0) this.tracker?.advance(text, at);
    this.write(text);
  }

  /** Writes a value in JSON mode. */
  writeValue(value: Value, at: At): void {
    this.write(this.captures === 0 && this.tracker ? this.tracker.fill(value, at) : str(value));
  }

  /** Starts a text of its own; returns what `endCapture` needs. */
  startCapture(): string {
    const outer = this.out;
    this.out = '';
    this.captures++;
    return outer;
  }

  /** The text written since `startCapture`. */
  endCapture(outer: string): string {
    const text = this.out;
    this.out = outer;
    this.captures--;
    return text;
  }

  /** What `work` writes, as a text of its own. */
  capture(work: () => void): string {
    const outer = this.startCapture();
    work();
    return this.endCapture(outer);
  }

  outputTooLong(): never {
    throw new LimitError(
      'outputBytes',
      this.outputLimit,
      `The output would have grown over ${this.outputLimit} bytes.`,
    );
  }

  enter(): void {
    if (++this.depth > this.options.limits.recursionDepth) {
      const maximum = this.options.limits.recursionDepth;
      throw new LimitError(
        'recursionDepth',
        maximum,
        `Macros and loops called themselves more than ${maximum} deep.`,
      );
    }
  }

  undefined(origin: UndefinedOrigin): Undefined {
    return new Undefined(this.options.undefinedMode, origin);
  }

  /** A text as the current escaping mode returns it from macros and blocks. */
  captured(text: string): Value {
    return this.autoescape ? new Markup(text) : text;
  }
}

/** The variables of one running function: the template itself, a block, a macro or a recursive loop. */
export class Frame {
  readonly render: Render;
  readonly parent: Frame | undefined;
  readonly vars: (Value | undefined)[];

  constructor(render: Render, size: number, parent?: Frame) {
    this.render = render;
    this.parent = parent;
    this.vars = new Array<Value | undefined>(size);
  }
}
