import { TemplateSyntaxError, type Position } from '../errors.ts';
import { NunjucksParser, type Token } from './nunjucks.ts';
import type { At } from './nodes.ts';

const descriptions: Record<string, string> = {
  'block-start': 'begin of statement block',
  'block-end': 'end of statement block',
  'variable-start': 'begin of print statement',
  'variable-end': 'end of print statement',
  data: 'template data / text',
  eof: 'end of template',
  symbol: 'name',
  int: 'integer',
};

export function describeType(type: string): string {
  return descriptions[type] ?? type;
}

export function describeToken(token: Token): string {
  return token.type === 'symbol' ? String(token.value) : describeType(token.type);
}

export function positionOf(at: At): Position {
  return { line: at.lineno + 1, column: at.colno + 1 };
}

/** nunjucks' parser over a list of tokens with free lookahead, raising Jinja2's errors. */
export class TokenParser extends NunjucksParser {
  private readonly list: readonly Token[];
  private index = 0;

  constructor(tokens: readonly Token[]) {
    super(tokens);
    this.list = tokens;
  }

  get current(): Token {
    return this.look(0);
  }

  look(offset: number): Token {
    const token = this.list[Math.min(this.index + offset, this.list.length - 1)] as Token;
    if (token.type === 'error') throw token.value;
    return token;
  }

  nextToken(): Token {
    const token = this.current;
    if (this.index < this.list.length - 1) this.index++;
    return token;
  }

  peekToken(): Token {
    return this.current;
  }

  pushToken(): void {
    this.index--;
  }

  error(message: string, lineno?: number, colno?: number): TemplateSyntaxError {
    const at = lineno === undefined ? this.current : { lineno, colno: colno ?? 0 };
    return new TemplateSyntaxError(message, positionOf(at));
  }

  failAt(message: string, at: At, hint?: string): never {
    throw new TemplateSyntaxError(message, positionOf(at), hint);
  }

  is(type: string, value?: string): boolean {
    const token = this.current;
    return token.type === type && (value === undefined || token.value === value);
  }

  isName(...names: string[]): boolean {
    const token = this.current;
    return token.type === 'symbol' && names.includes(token.value as string);
  }

  override skip(type: string): boolean {
    if (this.current.type !== type) return false;
    this.index++;
    return true;
  }

  override skipSymbol(value: string): boolean {
    if (!this.isName(value)) return false;
    this.index++;
    return true;
  }

  override expect(type: string): Token {
    const token = this.current;
    if (token.type === type) return this.nextToken();
    if (token.type === 'eof') {
      return this.failAt(`unexpected end of template, expected '${describeType(type)}'.`, token);
    }
    return this.failAt(`expected token '${describeType(type)}', got '${describeToken(token)}'`, token);
  }

  expectName(): Token & { value: string } {
    return this.expect('symbol') as Token & { value: string };
  }

  expectSymbol(name: string): Token {
    if (this.isName(name)) return this.nextToken();
    const token = this.current;
    if (token.type === 'eof') return this.failAt(`unexpected end of template, expected '${name}'.`, token);
    return this.failAt(`expected token '${name}', got '${describeToken(token)}'`, token);
  }
}
