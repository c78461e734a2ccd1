/* eslint-disable max-lines -- one grammar is read best in one piece */
import type { BinaryOperator, ComparisonOperator } from '../values/operators.ts';
import {
  make,
  type Arguments,
  type At,
  type Expression,
  type PairNode,
  type TestNode,
  type UnaryNode,
  type FilterNode,
} from './nodes.ts';
import type { Token } from './nunjucks.ts';
import { TokenParser, describeToken } from './token-parser.ts';

const comparisons = new Set(['==', '!=', '<', '<=', '>', '>=']);
const noArguments = (): Arguments => ({ positional: [], keywords: [], spread: null, keywordSpread: null });
const testArgumentStarts = new Set(['symbol', 'string', 'int', 'float', '(', '[', '{']);

/** How deep expressions may nest; Python stops near here too. */
const deepest = 120;

/** How many operators, lookups, calls and filters one expression may chain. */
const longest = 1000;

export interface TupleOptions {
  /** Only names, literals and parentheses: an assignment target. */
  simplified?: boolean;
  conditional?: boolean;
  parenthesised?: boolean;
  namespaces?: boolean;
}

/** Jinja2's expressions, by its precedence. */
export class ExpressionParser extends TokenParser {
  private depth = 0;
  private links = 0;

  /** A new expression begins: its length is counted from here. */
  protected startExpression(): void {
    this.links = 0;
  }

  private link(): void {
    if (++this.links > longest) this.failAt('The expression is too long.', this.current);
  }

  parseExpression(conditional = true): Expression {
    return conditional ? this.parseConditional() : this.parseOr();
  }

  private parseConditional(): Expression {
    let node = this.parseOr();
    while (this.isName('if')) {
      const at = this.nextToken();
      this.link();
      const cond = this.parseOr();
      const else_ = this.skipSymbol('else') ? this.nested(at, () => this.parseConditional()) : null;
      node = make('InlineIf', at, cond, node, else_);
    }
    return node;
  }

  private parseOr(): Expression {
    let left = this.parseAnd();
    while (this.isName('or')) {
      this.link();
      left = make('Or', this.nextToken(), left, this.parseAnd());
    }
    return left;
  }

  private parseAnd(): Expression {
    let left = this.parseNot();
    while (this.isName('and')) {
      this.link();
      left = make('And', this.nextToken(), left, this.parseNot());
    }
    return left;
  }

  private parseNot(): Expression {
    if (!this.isName('not')) return this.parseCompare();
    const at = this.nextToken();
    return this.nested(at, () => make('Not', at, this.parseNot()));
  }

  private parseCompare(): Expression {
    const first = this.parseSum();
    const ops: [ComparisonOperator, Expression, At][] = [];
    for (;;) {
      const token = this.current;
      if (comparisons.has(token.type)) {
        this.nextToken();
        ops.push([token.type as ComparisonOperator, this.parseSum(), token]);
      } else if (this.skipSymbol('in')) {
        ops.push(['in', this.parseSum(), token]);
      } else if (this.isName('not') && this.look(1).type === 'symbol' && this.look(1).value === 'in') {
        this.nextToken();
        this.nextToken();
        ops.push(['not in', this.parseSum(), token]);
      } else {
        return ops.length === 0 ? first : make('Compare', ops[0]?.[2] as At, first, ops);
      }
    }
  }

  private parseSum(): Expression {
    let left = this.parseConcat();
    while (this.is('+') || this.is('-')) left = this.binary(left, () => this.parseConcat());
    return left;
  }

  private binary(left: Expression, parseRight: () => Expression): Expression {
    this.link();
    const token = this.nextToken();
    return make('Binary', token, token.type as BinaryOperator, left, parseRight());
  }

  private parseConcat(): Expression {
    const first = this.parseProduct();
    if (!this.is('~')) return first;
    const at = this.current;
    const parts = [first];
    while (this.skip('~')) parts.push(this.parseProduct());
    return make('Concat', at, parts);
  }

  private parseProduct(): Expression {
    let left = this.parsePower();
    while (this.is('*') || this.is('/') || this.is('//') || this.is('%'))
      left = this.binary(left, () => this.parsePower());
    return left;
  }

  /** `**` groups to the left in Jinja2. */
  private parsePower(): Expression {
    let left = this.parseUnary();
    while (this.is('**')) left = this.binary(left, () => this.parseUnary());
    return left;
  }

  parseUnary(withFilters = true): Expression {
    const token = this.current;
    return this.nested(token, () => {
      let node: Expression;
      if (token.type === '-' || token.type === '+') {
        this.nextToken();
        node = make(token.type === '-' ? 'Neg' : 'Pos', token, this.parseUnary(false)) as UnaryNode;
      } else {
        node = this.parsePrimary();
      }
      node = this.parsePostfix(node);
      return withFilters ? this.parseFilters(node) : node;
    });
  }

  private nested<T>(at: At, parse: () => T): T {
    if (++this.depth > deepest) this.failAt('The expression is nested too deep.', at);
    const node = parse();
    this.depth--;
    return node;
  }

  parsePrimary(namespaces = false): Expression {
    const token = this.current;
    switch (token.type) {
      case 'symbol':
        return this.parseName(namespaces);
      case 'string': {
        let text = '';
        while (this.is('string')) text += this.nextToken().value as string;
        return make('Literal', token, text);
      }
      case 'int':
      case 'float':
        return make('Literal', this.nextToken(), token.value);
      case '(': {
        this.nextToken();
        const node = this.parseTuple({ parenthesised: true });
        this.expect(')');
        return node;
      }
      case '[':
        return this.parseList();
      case '{':
        return this.parseDict();
      default:
        return this.failAt(`unexpected '${describeToken(token)}'`, token);
    }
  }

  private parseName(namespaces: boolean): Expression {
    const token = this.expectName();
    switch (token.value) {
      case 'true':
      case 'True':
        return make('Literal', token, true);
      case 'false':
      case 'False':
        return make('Literal', token, false);
      case 'none':
      case 'None':
        return make('Literal', token, null);
      default:
        if (namespaces && this.skip('.'))
          return make('NamespaceRef', token, token.value, this.expectName().value);
        return make('Symbol', token, token.value);
    }
  }

  parseTuple(options: TupleOptions = {}): Expression {
    const { simplified = false, conditional = true, parenthesised = false, namespaces = false } = options;
    const start = this.current;
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.expect(',');
      if (this.is('variable-end') || this.is('block-end') || this.is(')')) break;
      items.push(simplified ? this.parsePrimary(namespaces) : this.parseExpression(conditional));
      if (!this.is(',')) break;
      isTuple = true;
    }
    if (isTuple || (items.length === 0 && parenthesised)) return make('Tuple', start, items);
    if (items.length === 0)
      this.failAt(`Expected an expression, got '${describeToken(this.current)}'`, this.current);
    return items[0] as Expression;
  }

  private parseList(): Expression {
    const at = this.expect('[');
    const items: Expression[] = [];
    while (!this.is(']')) {
      if (items.length > 0) this.expect(',');
      if (this.is(']')) break;
      items.push(this.parseExpression());
    }
    this.expect(']');
    return make('Array', at, items);
  }

  private parseDict(): Expression {
    const at = this.expect('{');
    const pairs: PairNode[] = [];
    while (!this.is('}')) {
      if (pairs.length > 0) this.expect(',');
      if (this.is('}')) break;
      const key = this.parseExpression();
      this.expect(':');
      pairs.push(make('Pair', key, key, this.parseExpression()));
    }
    this.expect('}');
    return make('Dict', at, pairs);
  }

  parsePostfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.is('.') || this.is('[')) node = this.parseSubscript(node);
      else if (this.is('(')) node = this.parseCall(node);
      else return node;
      this.link();
    }
  }

  private parseFilters(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.is('|')) node = this.parseFilter(node) as Expression;
      else if (this.isName('is')) node = this.parseTest(node);
      else if (this.is('(')) node = this.parseCall(node);
      else return node;
      this.link();
    }
  }

  private parseSubscript(target: Expression): Expression {
    const token = this.nextToken();
    if (token.type === '.') {
      const name = this.nextToken();
      if (name.type === 'symbol') return make('Attribute', name, target, name.value);
      if (name.type !== 'int') this.failAt('expected name or number', name);
      return make('LookupVal', name, target, make('Literal', name, name.value));
    }
    const parts: Expression[] = [];
    while (!this.is(']')) {
      if (parts.length > 0) this.expect(',');
      parts.push(this.parseSubscribed());
    }
    this.expect(']');
    const key = parts.length === 1 ? (parts[0] as Expression) : make('Tuple', token, parts);
    return make('LookupVal', token, target, key);
  }

  private parseSubscribed(): Expression {
    const at = this.current;
    const first = this.is(':') ? null : this.parseExpression();
    if (first !== null && !this.is(':')) return first;
    this.expect(':');
    const part = (): Expression | null =>
      this.is(']') || this.is(',') || this.is(':') ? null : this.parseExpression();
    const stop = part();
    const step = this.skip(':') ? part() : null;
    return make('Slice', at, first, stop, step);
  }

  parseArguments(): Arguments {
    const at = this.expect('(');
    const args = noArguments();
    const ensure = (valid: boolean): void => {
      if (!valid) this.failAt('invalid syntax for function call expression', at);
    };
    let first = true;
    while (!this.is(')')) {
      if (!first) {
        this.expect(',');
        if (this.is(')')) break;
      }
      first = false;
      if (this.skip('*')) {
        ensure(args.spread === null && args.keywordSpread === null);
        args.spread = this.parseExpression();
      } else if (this.skip('**')) {
        ensure(args.keywordSpread === null);
        args.keywordSpread = this.parseExpression();
      } else if (this.is('symbol') && this.look(1).type === '=') {
        ensure(args.keywordSpread === null);
        this.parseKeyword(args);
      } else {
        ensure(args.spread === null && args.keywordSpread === null && args.keywords.length === 0);
        args.positional.push(this.parseExpression());
      }
    }
    this.expect(')');
    return args;
  }

  private parseKeyword(args: Arguments): void {
    const name = this.expectName();
    this.nextToken();
    // Python refuses a repeated keyword when it compiles the code that Jinja2 makes.
    if (args.keywords.some(([known]) => known === name.value)) {
      this.failAt(`keyword argument repeated: ${name.value}`, name);
    }
    args.keywords.push([name.value, this.parseExpression()]);
  }

  private parseCall(callee: Expression): Expression {
    return make('FunCall', callee, callee, this.parseArguments());
  }

  private parseDottedName(): Token & { value: string } {
    const token = this.expectName();
    let { value } = token;
    while (this.skip('.')) value += `.${this.expectName().value}`;
    return { ...token, value };
  }

  /** One filter or several after `|`; `inline` where the first name stands alone, as in a filter block. */
  parseFilter(start: Expression | null, inline = false): Expression | null {
    let node = start;
    let first = inline;
    while (first || this.skip('|')) {
      this.link();
      first = false;
      const name = this.parseDottedName();
      const args = this.is('(') ? this.parseArguments() : noArguments();
      node = make('Filter', name, node, name.value, args) as FilterNode;
    }
    return node;
  }

  private parseTest(target: Expression): Expression {
    const at = this.nextToken();
    const negated = this.skipSymbol('not');
    const name = this.parseDottedName();
    let args = noArguments();
    if (this.is('(')) {
      args = this.parseArguments();
    } else if (testArgumentStarts.has(this.current.type) && !this.isName('else', 'or', 'and')) {
      if (this.isName('is')) this.failAt('You cannot chain multiple tests with is', this.current);
      args = { ...args, positional: [this.parsePostfix(this.parsePrimary())] };
    }
    const node: TestNode = make('Is', name, target, name.value, args);
    return negated ? make('Not', at, node) : node;
  }
}
