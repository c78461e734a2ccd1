/* eslint-disable max-lines -- one grammar is read best in one piece */
import { TemplateAssertionError } from '../errors.ts';
import { nearest } from './nearest.ts';
import { tokenize, normalizeSource } from './lexer.ts';
import {
  make,
  type At,
  type CallNode,
  type Expression,
  type FilterNode,
  type NameNode,
  type RootNode,
  type Statement,
  type Target,
  type TextNode,
} from './nodes.ts';
import { ExpressionParser } from './expression-parser.ts';
import { positionOf } from './token-parser.ts';
import { trimStart } from '../values/unicode.ts';

const deepest = 60;

/** Names a template cannot assign to. */
const reserved = new Set(['true', 'false', 'none', 'True', 'False', 'None']);

const tags = 'for if block extends print macro include from import set with autoescape call filter raw'.split(
  ' ',
);

/** Jinja2's statements. */
export class TemplateParser extends ExpressionParser {
  /** Names of the open tags, for error messages. */
  private readonly open: { name: string; at: At }[] = [];
  /** The names that may end each open body. */
  private readonly ends: string[][] = [];

  parseRoot(): RootNode {
    return make('Root', { lineno: 0, colno: 0 }, this.parseBody([]));
  }

  /** Statements up to one of `ends` (whose name is then current), or to the end of the template. */
  private parseBody(ends: string[]): Statement[] {
    const body: Statement[] = [];
    let output: Expression[] = [];
    const flush = (): void => {
      if (output.length > 0) body.push(make('Output', output[0] as At, output));
      output = [];
    };
    if (ends.length > 0) this.ends.push(ends);
    for (;;) {
      const token = this.current;
      if (token.type === 'data') {
        output.push(make('TemplateData', this.nextToken(), token.value) as TextNode);
      } else if (token.type === 'variable-start') {
        this.nextToken();
        this.startExpression();
        output.push(this.parseTuple());
        this.expect('variable-end');
      } else if (token.type === 'block-start') {
        flush();
        this.nextToken();
        if (ends.length > 0 && this.isName(...ends)) break;
        body.push(this.parseStatement());
        this.expect('block-end');
      } else {
        break;
      }
    }
    flush();
    if (ends.length > 0) this.ends.pop();
    return body;
  }

  /** The body of a tag; the name that ends it is then current, or skipped. */
  private parseBlockBody(ends: string[], skipEnd = false): Statement[] {
    this.skip(':');
    this.expect('block-end');
    const body = this.parseBody(ends);
    if (this.is('eof')) this.failUnclosed(null, ends);
    if (skipEnd) this.nextToken();
    return body;
  }

  private failUnclosed(name: string | null, ends?: string[]): never {
    const stack = ends ? [...this.ends, ends] : this.ends;
    const looking = (stack.at(-1) ?? []).map((end) => `'${end}'`).join(' or ');
    const parts = [name === null ? 'Unexpected end of template.' : `Encountered unknown tag '${name}'.`];
    if (looking !== '') {
      const misplaced = name !== null && stack.flat().includes(name);
      parts.push(
        misplaced
          ? `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${looking}.`
          : `Jinja was looking for the following tags: ${looking}.`,
      );
    }
    const innermost = this.open.at(-1);
    if (innermost) parts.push(`The innermost block that needs to be closed is '${innermost.name}'.`);
    const known = name === null || name.startsWith('end') ? [] : nearest(name, tags);
    let hint = known.length > 0 ? `Did you mean ${known.map((tag) => `'${tag}'`).join(' or ')}?` : undefined;
    if (name === null && innermost) {
      hint = `The '${innermost.name}' tag was opened on line ${innermost.at.lineno + 1}.`;
    }
    this.failAt(parts.join(' '), this.current, hint);
  }

  private parseStatement(): Statement {
    const token = this.current;
    if (token.type !== 'symbol') this.failAt('tag name expected', token);
    const name = token.value as string;
    const parse = this.statements[name];
    if (!parse || !Object.hasOwn(this.statements, name)) return this.failUnclosed(name);
    if (this.open.length >= deepest) this.failAt('The tags are nested too deep.', token);
    this.nextToken();
    this.startExpression();
    this.open.push({ name, at: token });
    const node = parse.call(this, token);
    this.open.pop();
    return node;
  }

  private readonly statements: Record<string, (this: TemplateParser, at: At) => Statement> = {
    for: this.parseFor,
    if: this.parseIf,
    set: this.parseSet,
    with: this.parseWith,
    block: this.parseBlock,
    macro: this.parseMacro,
    call: this.parseCallBlock,
    filter: this.parseFilterBlock,
    print: this.parsePrint,
    autoescape: this.parseAutoescape,
    extends: this.parseExtends,
    include: this.parseInclude,
    import: this.parseImport,
    from: this.parseFrom,
  };

  private parseTarget(options: { namespaces?: boolean } = {}): Target {
    const target = this.parseTuple({ simplified: true, ...options });
    this.checkTarget(target);
    return target as Target;
  }

  private checkTarget(target: Expression): void {
    if (target.typename === 'Tuple') for (const item of target.children) this.checkTarget(item);
    else if (target.typename !== 'Symbol' && target.typename !== 'NamespaceRef') {
      this.failAt(`can't assign to '${describeNode(target)}'`, target);
    }
  }

  private parseTargetName(): NameNode {
    const token = this.expectName();
    if (reserved.has(token.value)) this.failAt("can't assign to 'name'", token);
    return make('Symbol', token, token.value);
  }

  private parseFor(at: At): Statement {
    const target = this.parseTarget();
    this.expectSymbol('in');
    const iter = this.parseTuple({ conditional: false });
    const test = this.skipSymbol('if') ? this.parseExpression() : null;
    const recursive = this.skipSymbol('recursive');
    const body = this.parseBlockBody(['endfor', 'else']);
    const else_ = this.nextToken().value === 'endfor' ? [] : this.parseBlockBody(['endfor'], true);
    return make('For', at, target, iter, test, recursive, body, else_);
  }

  private parseIf(at: At): Statement {
    const branches: [Expression, Statement[]][] = [];
    for (;;) {
      const test = this.parseTuple({ conditional: false });
      branches.push([test, this.parseBlockBody(['elif', 'else', 'endif'])]);
      const end = this.nextToken().value;
      if (end === 'elif') continue;
      const else_ = end === 'else' ? this.parseBlockBody(['endif'], true) : [];
      return make('If', at, branches, else_);
    }
  }

  private parseSet(at: At): Statement {
    const target = this.parseTarget({ namespaces: true });
    if (this.skip('=')) return make('Set', at, target, this.parseTuple());
    const filter = this.parseFilter(null);
    return make('SetBlock', at, target, filter, this.parseBlockBody(['endset'], true));
  }

  private parseWith(at: At): Statement {
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (!this.is('block-end')) {
      if (targets.length > 0) this.expect(',');
      targets.push(this.parseTarget());
      this.expect('=');
      values.push(this.parseExpression());
    }
    return make('With', at, targets, values, this.parseBlockBody(['endwith'], true));
  }

  private parseAutoescape(at: At): Statement {
    const value = this.parseExpression();
    return make('Autoescape', at, value, this.parseBlockBody(['endautoescape'], true));
  }

  private parseBlock(_at: At): Statement {
    const name = this.expectName();
    const scoped = this.skipSymbol('scoped');
    const required = this.skipSymbol('required');
    if (this.is('-')) {
      const message =
        'Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.';
      this.failAt(message, this.current);
    }
    const body = this.parseBlockBody(['endblock'], true);
    if (required && !body.every(isBlank)) {
      this.failAt('Required blocks can only contain comments or whitespace', this.current);
    }
    this.skipSymbol(name.value);
    return make('Block', name, name.value, scoped, required, body);
  }

  private parseParameters(): [parameters: NameNode[], defaults: Expression[]] {
    const parameters: NameNode[] = [];
    const defaults: Expression[] = [];
    this.expect('(');
    while (!this.is(')')) {
      if (parameters.length > 0) this.expect(',');
      const name = this.parseTargetName();
      if (parameters.some((known) => known.value === name.value)) {
        this.failAt(`duplicate argument '${name.value}' in function definition`, name);
      }
      if (this.skip('=')) defaults.push(this.parseExpression());
      else if (defaults.length > 0) this.failAt('non-default argument follows default argument', name);
      parameters.push(name);
    }
    this.expect(')');
    return [parameters, defaults];
  }

  private parseMacro(at: At): Statement {
    const name = this.parseTargetName();
    const [parameters, defaults] = this.parseParameters();
    return make('Macro', at, name.value, parameters, defaults, this.parseBlockBody(['endmacro'], true));
  }

  private parseCallBlock(at: At): Statement {
    const [parameters, defaults] = this.is('(') ? this.parseParameters() : [[], []];
    const call = this.parseExpression();
    if (call.typename !== 'FunCall') this.failAt('expected call', call);
    return make(
      'CallBlock',
      at,
      call as CallNode,
      parameters,
      defaults,
      this.parseBlockBody(['endcall'], true),
    );
  }

  private parseFilterBlock(at: At): Statement {
    const filter = this.parseFilter(null, true) as FilterNode;
    return make('FilterBlock', at, filter, this.parseBlockBody(['endfilter'], true));
  }

  private parsePrint(at: At): Statement {
    const items: Expression[] = [];
    while (!this.is('block-end')) {
      if (items.length > 0) this.expect(',');
      items.push(this.parseExpression());
    }
    return make('Output', at, items);
  }

  private parseExtends(at: At): Statement {
    return make('Loader', at, 'extends', this.parseExpression(), [], false);
  }

  private parseInclude(at: At): Statement {
    const template = this.parseExpression();
    const ignoreMissing = this.isName('ignore') && this.look(1).value === 'missing';
    if (ignoreMissing) {
      this.nextToken();
      this.nextToken();
    }
    this.skipContext();
    return make('Loader', at, 'include', template, [], ignoreMissing);
  }

  private skipContext(): boolean {
    if (!this.isName('with', 'without') || this.look(1).value !== 'context') return false;
    this.nextToken();
    this.nextToken();
    return true;
  }

  private parseImport(at: At): Statement {
    const template = this.parseExpression();
    this.expectSymbol('as');
    const name = this.parseTargetName();
    this.skipContext();
    return make('Loader', at, 'import', template, [name.value], false);
  }

  private parseFrom(at: At): Statement {
    const template = this.parseExpression();
    this.expectSymbol('import');
    const names: string[] = [];
    for (;;) {
      if (names.length > 0) this.expect(',');
      if (!this.is('symbol')) this.expect('symbol');
      if (this.skipContext()) break;
      const name = this.parseTargetName();
      if (name.value.startsWith('_')) {
        throw new TemplateAssertionError(
          'names starting with an underline can not be imported',
          positionOf(name),
        );
      }
      names.push(this.skipSymbol('as') ? this.parseTargetName().value : name.value);
      if (this.skipContext() || !this.is(',')) break;
    }
    return make('Loader', at, 'from', template, names, false);
  }
}

function isBlank(node: Statement): boolean {
  return (
    node.typename === 'Output' &&
    node.children.every((part) => part.typename === 'TemplateData' && trimStart(part.value) === '')
  );
}

const nodeNames: Record<string, string> = {
  Literal: 'const',
  FunCall: 'call',
  Array: 'list',
  LookupVal: 'getitem',
  Attribute: 'getattr',
};

function describeNode(node: Expression): string {
  return nodeNames[node.typename] ?? node.typename.toLowerCase();
}

/** The syntax tree of a template. Raises TemplateSyntaxError. */
export function parseTemplate(source: string): RootNode {
  return new TemplateParser(tokenize(normalizeSource(source))).parseRoot();
}

/** The syntax tree of a lone expression, as in `filter: "body.action == 'opened'"`. */
export function parseLoneExpression(source: string): Expression {
  const tokens = tokenize(`{{${source}}}`).slice(1);
  const shifted = tokens.map((token) => (token.lineno === 0 ? { ...token, colno: token.colno - 2 } : token));
  const parser = new TemplateParser(shifted);
  const node = parser.parseTuple();
  parser.expect('variable-end');
  parser.expect('eof');
  return node;
}
