import type { TemplateMode } from '../compile/context.ts';
import type { Expression, OutputNode, RootNode, Statement } from '../syntax/nodes.ts';
import { bareProblem } from './bare-values.ts';
import { endsInTojson, isHarmless } from './harmless.ts';
import type { LintFinding } from './lint.ts';
import { startOf } from './start-of.ts';

function finding(
  node: Expression,
  about: Pick<LintFinding, 'rule' | 'severity' | 'message' | 'hint'>,
): LintFinding {
  const { lineno, colno } = startOf(node);
  return { ...about, line: lineno + 1, column: colno + 1 };
}

function inString(node: Expression): LintFinding | undefined {
  if (endsInTojson(node))
    return quotedTojson(node, 'tojson writes its own quotes; inside a string they end it.');
  if (isHarmless(node)) return undefined;
  return finding(node, {
    rule: 'unescaped-interpolation',
    severity: 'warning',
    message: 'A value inside a JSON string: a quote, backslash or line break in it breaks the event.',
    hint: 'Write {{ ("text " ~ value)|tojson }} in place of the whole string, or set template_mode to "json".',
  });
}

function quotedTojson(node: Expression, message: string): LintFinding {
  return finding(node, {
    rule: 'quoted-tojson',
    severity: 'error',
    message,
    hint: 'Remove the quotes around it.',
  });
}

function outsideString(node: Expression): LintFinding | undefined {
  const message = bareProblem(node);
  if (message === undefined) return undefined;
  return finding(node, {
    rule: 'bare-interpolation',
    severity: 'warning',
    message,
    hint: 'Write {{ value|tojson }}, or set template_mode to "json".',
  });
}

/** Follows a text through branches and loops; a branch that is not taken counts as if it were. */
class Reading {
  readonly findings: LintFinding[] = [];
  private isInString = false;
  private isEscaped = false;
  private readonly mode: TemplateMode;
  /** Captured text may end up anywhere: only what stands in its strings can be told. */
  private readonly isCaptured: boolean;

  constructor(mode: TemplateMode, isCaptured: boolean) {
    this.mode = mode;
    this.isCaptured = isCaptured;
  }

  visit(nodes: readonly Statement[]): void {
    for (const node of nodes) this.statement(node);
  }

  private statement(node: Statement): void {
    switch (node.typename) {
      case 'Output':
        for (const child of node.children) this.output(child);
        return;
      case 'If': {
        const { isInString } = this;
        for (const body of [...node.branches.map(([, body]) => body), node.else_]) {
          if (body.length === 0) continue;
          this.isInString = isInString;
          this.visit(body);
        }
        return;
      }
      case 'For':
      case 'With':
      case 'Autoescape':
      case 'Block':
        return this.visit(node.body);
      default:
        return;
    }
  }

  private output(child: Expression): void {
    if (child.typename === 'TemplateData') return this.text(child.value);
    const found = this.problemOf(child);
    if (found) this.findings.push(found);
  }

  private problemOf(node: Expression): LintFinding | undefined {
    if (this.mode === 'jinja2') {
      if (this.isInString) return inString(node);
      return this.isCaptured ? undefined : outsideString(node);
    }
    const isWrong = this.isInString && !this.isCaptured && endsInTojson(node);
    return isWrong
      ? quotedTojson(node, 'tojson writes its own quotes; inside a string they become part of the text.')
      : undefined;
  }

  private text(text: string): void {
    for (const char of text) {
      if (!this.isInString) this.isInString = char === '"';
      else if (this.isEscaped) this.isEscaped = false;
      else if (char === '\\') this.isEscaped = true;
      else if (char === '"') this.isInString = false;
    }
  }
}

/** The outputs of statements in their order, without what is only captured. */
function* outputsOf(nodes: readonly Statement[]): Generator<OutputNode> {
  for (const node of nodes) {
    if (node.typename === 'Output') yield node;
    else if (node.typename === 'If') {
      for (const [, body] of node.branches) yield* outputsOf(body);
      yield* outputsOf(node.else_);
    } else if (['For', 'With', 'Autoescape', 'Block'].includes(node.typename))
      yield* outputsOf((node as Extract<Statement, { typename: 'For' }>).body);
  }
}

/** What statements print, without white space. */
function printed(nodes: readonly Statement[]): Expression[] {
  return [...outputsOf(nodes)]
    .flatMap(({ children }) => children)
    .filter((node) => node.typename !== 'TemplateData' || node.value.trim() !== '');
}

function beginsWith(node: Expression | undefined, pattern: RegExp): boolean {
  return node?.typename === 'TemplateData' && pattern.test(node.value);
}

/** What is captured in a template: bodies of macros, of calls and of `set` blocks. */
function* capturedBodies(nodes: readonly Statement[]): Generator<Statement[]> {
  for (const node of nodes) {
    if (!('body' in node)) continue;
    if (node.typename === 'Macro' || node.typename === 'CallBlock' || node.typename === 'SetBlock')
      yield node.body;
    yield* capturedBodies(node.body);
  }
}

/** Values put into JSON as they are: a quote or line break in one breaks the event. */
export function checkInterpolations({ children }: RootNode, mode: TemplateMode): LintFinding[] {
  const statements = children as Statement[];
  const findings: LintFinding[] = [];
  const read = (body: Statement[], isCaptured: boolean): void => {
    const reading = new Reading(mode, isCaptured);
    reading.visit(body);
    findings.push(...reading.findings);
  };
  const firstText = printed(statements).find((node) => node.typename === 'TemplateData');
  if (beginsWith(firstText, /^\s*[[{]/)) read(statements, false);
  else if (mode === 'jinja2') findings.push(...loneValue(printed(statements)));
  for (const body of capturedBodies(statements))
    if (beginsWith(printed(body)[0], /^\s*[[{"]/)) read(body, true);
  return findings;
}

/** A template that is one value: a list or dict prints as in Python. A text may well hold JSON. */
function loneValue([value, ...others]: Expression[]): LintFinding[] {
  if (!value || others.length > 0) return [];
  const isPython =
    ['Dict', 'Array'].includes(value.typename) || (value.typename === 'Symbol' && value.value === 'body');
  const found = isPython ? outsideString(value) : undefined;
  return found ? [found] : [];
}
