import { TemplateSyntaxError } from '../errors.ts';
import { repr } from '../values/text.ts';
import { pythonSpace, trimEnd } from '../values/unicode.ts';
import { float, integer, type Value } from '../values/types.ts';
import type { Token } from './nunjucks.ts';
import { unescape } from './string-escapes.ts';

/*
 * Jinja2's token rules. Token types: `data`, `block-start`, `block-end`, `variable-start`, `variable-end`, `symbol`,
 * `string`, `int`, `float`, `eof`; an operator's type is its own text.
 */

const space = new RegExp(`[${pythonSpace}]+`, 'y');
const floatNumber =
  /(?:[0-9]+_)*[0-9]+(?:(?:\.(?:[0-9]+_)*[0-9]+)?e[+-]?(?:[0-9]+_)*[0-9]+|\.(?:[0-9]+_)*[0-9]+)/iy;
const integerNumber = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[0-9a-f])+|[1-9](?:_?[0-9])*|0(?:_?0)*/iy;
const word = /[\p{L}\p{N}_\p{Mn}\p{Mc}\p{Pc}·\u0387\u1369-\u1371\u19da]+/uy;
const identifier = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
const operator = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y;
const rawStart = new RegExp(
  `\\{%[-+]?[${pythonSpace}]*raw[${pythonSpace}]*(?:-%\\}[${pythonSpace}]*|%\\})`,
  'y',
);
const rawEnd = new RegExp(
  `\\{%([-+]?)[${pythonSpace}]*endraw[${pythonSpace}]*(?:\\+%\\}|-%\\}[${pythonSpace}]*|%\\})`,
  'g',
);
const commentEnd = new RegExp(`\\+#\\}|-#\\}[${pythonSpace}]*|#\\}`, 'g');
const blockEnd = new RegExp(`\\+%\\}|-%\\}[${pythonSpace}]*|%\\}`, 'y');
const variableEnd = new RegExp(`-\\}\\}[${pythonSpace}]*|\\}\\}`, 'y');
const closers: Record<string, string> = { '{': '}', '(': ')', '[': ']' };

/** Line breaks as `\n`, and one of them cut from the end, as Jinja2 does before it looks at a template. */
export function normalizeSource(source: string): string {
  const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

class Lexer {
  readonly tokens: Token[] = [];
  private readonly source: string;
  private position = 0;
  private line = 0;
  private lineStart = 0;
  private scanned = 0;

  constructor(source: string) {
    this.source = source;
  }

  run(): Token[] {
    try {
      while (this.position < this.source.length) this.root();
      this.push('eof', '', this.source.length);
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      // The parser throws it when it gets there, so that of several mistakes the first is reported.
      this.tokens.push({ type: 'error', value: error, lineno: error.line - 1, colno: error.column - 1 });
    }
    return this.tokens;
  }

  private push(type: string, value: Value, at: number): void {
    this.advance(at);
    this.tokens.push({ type, value, lineno: this.line, colno: at - this.lineStart });
  }

  /** Moves the line count forward to an offset. */
  private advance(to: number): void {
    for (
      let at = this.source.indexOf('\n', this.scanned);
      at >= 0 && at < to;
      at = this.source.indexOf('\n', at + 1)
    ) {
      this.line++;
      this.lineStart = at + 1;
    }
    this.scanned = Math.max(this.scanned, to);
  }

  private fail(message: string, at: number): never {
    this.advance(at);
    throw new TemplateSyntaxError(message, { line: this.line + 1, column: at - this.lineStart + 1 });
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    return pattern.exec(this.source)?.[0];
  }

  /** Text up to the next tag, then that tag. */
  private root(): void {
    const { source } = this;
    const start = this.position;
    let at = source.indexOf('{', start);
    while (at >= 0 && !'{%#'.includes(source[at + 1] ?? ' ')) at = source.indexOf('{', at + 1);
    if (at < 0) {
      this.push('data', source.slice(start), start);
      this.position = source.length;
      return;
    }
    this.position = at;
    const raw = this.match(rawStart);
    const sign = source[at + 2];
    const text = source.slice(start, at);
    const kept = sign === '-' ? trimEnd(text) : text;
    if (kept !== '') this.push('data', kept, start);
    if (raw !== undefined) return this.raw(at + raw.length);
    const next = at + (sign === '-' || sign === '+' ? 3 : 2);
    if (source[at + 1] === '#') return this.comment(at, next);
    const isBlock = source[at + 1] === '%';
    this.push(isBlock ? 'block-start' : 'variable-start', source.slice(at, next), at);
    this.position = next;
    this.code(isBlock);
  }

  /** Jinja2 misses the end of a comment or raw block only when something follows its start. */
  private unclosed(message: string, at: number, bodyStart: number): void {
    if (bodyStart < this.source.length) this.fail(message, at);
    this.position = bodyStart;
  }

  private comment(at: number, bodyStart: number): void {
    commentEnd.lastIndex = bodyStart;
    const match = commentEnd.exec(this.source);
    if (!match) return this.unclosed('Missing end of comment tag', at, bodyStart);
    this.position = commentEnd.lastIndex;
  }

  private raw(bodyStart: number): void {
    rawEnd.lastIndex = bodyStart;
    const match = rawEnd.exec(this.source);
    if (!match) return this.unclosed('Missing end of raw directive', this.position, bodyStart);
    const text = this.source.slice(bodyStart, match.index);
    const kept = match[1] === '-' ? trimEnd(text) : text;
    if (kept !== '') this.push('data', kept, bodyStart);
    this.position = rawEnd.lastIndex;
  }

  /** The inside of a tag, up to its end (or the end of the source). */
  private code(isBlock: boolean): void {
    const open: string[] = [];
    const end = isBlock ? blockEnd : variableEnd;
    while (this.position < this.source.length) {
      const at = this.position;
      const closing = open.length === 0 ? this.match(end) : undefined;
      if (closing !== undefined) {
        this.push(isBlock ? 'block-end' : 'variable-end', closing, at);
        this.position += closing.length;
        return;
      }
      this.token(open);
    }
  }

  private token(open: string[]): void {
    const at = this.position;
    const blank = this.match(space);
    if (blank !== undefined) {
      this.position += blank.length;
      return;
    }
    const fraction = this.source[at - 1] === '.' ? undefined : this.match(floatNumber);
    if (fraction !== undefined)
      return this.take('float', float(Number(fraction.replaceAll('_', ''))), fraction);
    const number = this.match(integerNumber);
    if (number !== undefined) return this.take('int', integer(BigInt(number.replaceAll('_', ''))), number);
    const name = this.match(word);
    if (name !== undefined) {
      if (!identifier.test(name)) this.fail('Invalid character in identifier', at);
      return this.take('symbol', name, name);
    }
    if (this.source[at] === "'" || this.source[at] === '"') return this.string(at);
    const symbol = this.match(operator);
    if (symbol === undefined) this.fail(`unexpected char ${repr(this.source[at] as string)} at ${at}`, at);
    this.balance(symbol, open, at);
    this.take(symbol, symbol, symbol);
  }

  private take(type: string, value: Value, text: string): void {
    this.push(type, value, this.position);
    this.position += text.length;
  }

  private balance(symbol: string, open: string[], at: number): void {
    const closer = closers[symbol];
    if (closer !== undefined) open.push(closer);
    else if (symbol === '}' || symbol === ')' || symbol === ']') {
      const expected = open.pop();
      if (expected === undefined) this.fail(`unexpected '${symbol}'`, at);
      if (expected !== symbol) this.fail(`unexpected '${symbol}', expected '${expected}'`, at);
    }
  }

  private string(at: number): void {
    const quote = this.source[at];
    let end = at + 1;
    while (end < this.source.length && this.source[end] !== quote) end += this.source[end] === '\\' ? 2 : 1;
    if (end >= this.source.length) this.fail(`unexpected char ${repr(quote as string)} at ${at}`, at);
    const body = this.source.slice(at + 1, end);
    const value = unescape(body);
    if (typeof value !== 'string') this.fail(value.problem, at);
    this.take('string', value, this.source.slice(at, end + 1));
  }
}

/** The tokens of a normalised source, with an `eof` at the end, or an `error` (its value: what to throw). */
export function tokenize(source: string): Token[] {
  return new Lexer(source).run();
}
