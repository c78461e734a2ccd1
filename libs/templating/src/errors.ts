/** Where in a template something went wrong. Both numbers count from 1. */
export interface Position {
  line: number;
  column: number;
}

/**
 * Base class of everything that compiling or rendering a template throws.
 *
 * `name` is the name of the exception in Python (`TemplateSyntaxError`, `UndefinedError`, `TypeError`, ...).
 * `line` and `column` count from 1 and point at the offending token; both are 0 while unknown.
 * `snippet` is the source line, `hint` a sentence that may help the author.
 */
export class TemplateError extends Error {
  line = 0;
  column = 0;
  snippet = '';
  hint: string | undefined;

  constructor(message: string, position?: Position, hint?: string) {
    // The stack is the engine's, not the template's, and costs more than the rest of a failing operation.
    const frames = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = frames;
    this.name = new.target.pythonName;
    this.hint = hint;
    if (position) {
      this.line = position.line;
      this.column = position.column;
    }
  }

  static get pythonName(): string {
    return this.name;
  }
}

/** The template is malformed; thrown by `compile`. */
export class TemplateSyntaxError extends TemplateError {}

/** The template is well formed but can never work (unknown filter, block defined twice); thrown by `compile`. */
export class TemplateAssertionError extends TemplateSyntaxError {}

/** Rendering failed. */
export class TemplateRuntimeError extends TemplateError {}

/** An undefined value was used where a value is needed. */
export class UndefinedError extends TemplateRuntimeError {}

/** The template tried to reach something the sandbox forbids. */
export class SecurityError extends TemplateRuntimeError {}

/** An argument of a filter does not fit. */
export class FilterArgumentError extends TemplateRuntimeError {}

export type PythonErrorName =
  | 'TypeError'
  | 'ValueError'
  | 'KeyError'
  | 'NameError'
  | 'IndexError'
  | 'AttributeError'
  | 'ZeroDivisionError'
  | 'OverflowError'
  | 'LookupError'
  | 'RuntimeError'
  | 'RecursionError'
  | 'AssertionError'
  | 'FileNotFoundError'
  | 'TemplatesNotFound'
  | 'UnicodeEncodeError'
  | 'UnicodeDecodeError';

/** One of Python's own exceptions, as an operator, a method or a filter raises it. */
export class PythonError extends TemplateRuntimeError {
  constructor(name: PythonErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

/** The limits a render runs under; see the README for their units and defaults. */
export type LimitName =
  | 'steps'
  | 'outputBytes'
  | 'stringLength'
  | 'listLength'
  | 'integerBits'
  | 'recursionDepth'
  | 'rangeLength'
  | 'templateBytes'
  | 'throttled';

/** A render was stopped because it went over a limit. */
export class LimitError extends TemplateError {
  readonly limit: LimitName;
  readonly maximum: number;

  constructor(limit: LimitName, maximum: number, message: string) {
    super(message);
    this.limit = limit;
    this.maximum = maximum;
  }
}

export const typeError = (message: string): PythonError => new PythonError('TypeError', message);
export const valueError = (message: string): PythonError => new PythonError('ValueError', message);
export const overflowError = (message: string): PythonError => new PythonError('OverflowError', message);
export const keyError = (message: string): PythonError => new PythonError('KeyError', message);
export const indexError = (message: string): PythonError => new PythonError('IndexError', message);
