import type { Expression, RootNode, Statement } from '../syntax/nodes.ts';
import { bareProblem, endsInTojson } from './bare-values.ts';
import type { LintFinding } from './lint.ts';

/** Filters whose result never needs escaping inside a JSON string. */
const harmless = new Set(
  'int float length count round abs wordcount urlencode filesizeformat sum flow_run_id humanize_intcomma humanize_ordinal'.split(
    ' ',
  ),
);

/** Whether an expression always prints characters that a JSON string can hold as they are. */
function isHarmless(node: Expression): boolean {
  switch (node.typename) {
    case 'Literal':
      return typeof node.value !== 'string' || !/["\\\n\r\t]/.test(node.value);
    case 'Filter':
      if (harmless.has(node.name)) return true;
      if (node.name === 'default' || node.name === 'd') {
        return node.target !== null && isHarmless(node.target) && node.args.positional.every(isHarmless);
      }
      return node.name === 'replace' && escapesQuotes(node);
    case 'Is':
    case 'Compare':
    case 'Not':
    case 'Neg':
    case 'Pos':
      return true;
    case 'InlineIf':
      return isHarmless(node.body) && (node.else_ === null || isHarmless(node.else_));
    case 'Attribute':
      return node.target.typename === 'Symbol' && (node.target.value === 'loop' || isMethodOrId(node));
    case 'Symbol':
      return node.value === 'method' || node.value === 'execution_id' || node.value === 'received';
    default:
      return false;
  }
}

function isMethodOrId(node: Extract<Expression, { typename: 'Attribute' }>): boolean {
  return node.target.typename === 'Symbol' && node.target.value === 'webhook' && node.name === 'id';
}

/** An author's own escaping: `|replace('"', '\\"')`. */
function escapesQuotes(node: Extract<Expression, { typename: 'Filter' }>): boolean {
  const [old] = node.args.positional;
  return old?.typename === 'Literal' && old.value === '"';
}

/** Where an expression begins: nodes of lookups, filters and operators stand at their own names and signs. */
function startOf(node: Expression): Expression {
  switch (node.typename) {
    case 'Attribute':
    case 'LookupVal':
      return startOf(node.target);
    case 'Filter':
      return node.target ? startOf(node.target) : node;
    case 'Is':
      return startOf(node.target);
    case 'FunCall':
      return startOf(node.callee);
    case 'Binary':
    case 'Or':
    case 'And':
      return startOf(node.left);
    case 'Concat':
      return node.children[0] ? startOf(node.children[0]) : node;
    case 'InlineIf':
      return startOf(node.body);
    case 'Compare':
      return startOf(node.expr);
    default:
      return node;
  }
}

/** Follows whether the text stands inside a JSON string; a branch that is not taken counts as if it were. */
class StringState {
  inside = false;
  private escaped = false;

  advance(text: string): void {
    for (const char of text) {
      if (!this.inside) this.inside = char === '"';
      else if (this.escaped) this.escaped = false;
      else if (char === '\\') this.escaped = true;
      else if (char === '"') this.inside = false;
    }
  }
}

const hint = 'Write {{ value|tojson }} without the quotes around it, or set template_mode to "json".';

const bareHint = 'Write {{ value|tojson }}, or set template_mode to "json".';

function looksLikeJson(root: RootNode): boolean {
  const [first] = root.children.filter((node) => node.typename === 'Output');
  const text = first?.children.find(
    (child) => child.typename === 'TemplateData' && child.value.trim() !== '',
  );
  return text?.typename === 'TemplateData' && /^\s*[[{]/.test(text.value);
}

/** Values put into JSON strings as they are: a quote or line break in one breaks the event. */
export function checkInterpolations(root: RootNode): LintFinding[] {
  const findings: LintFinding[] = [];
  const state = new StringState();
  const at = (node: Expression): { line: number; column: number } => {
    const { lineno, colno } = startOf(node);
    return { line: lineno + 1, column: colno + 1 };
  };
  const visit = (nodes: Statement[]): void => {
    for (const node of nodes) visitStatement(node);
  };
  const visitStatement = (node: Statement): void => {
    switch (node.typename) {
      case 'Output':
        for (const child of node.children) visitOutput(child);
        return;
      case 'If': {
        const { inside } = state;
        for (const [, body] of node.branches) {
          state.inside = inside;
          visit(body);
        }
        if (node.else_.length > 0) {
          state.inside = inside;
          visit(node.else_);
        }
        return;
      }
      case 'For':
      case 'With':
      case 'Autoescape':
      case 'Block':
        return visit(node.body);
      default:
        return;
    }
  };
  const visitOutput = (child: Expression): void => {
    if (child.typename === 'TemplateData') return state.advance(child.value);
    if (!state.inside) {
      const problem = bareProblem(child);
      if (problem !== undefined)
        findings.push({
          rule: 'bare-interpolation',
          severity: 'warning',
          message: problem,
          ...at(child),
          hint: bareHint,
        });
      return;
    }
    if (endsInTojson(child)) {
      const message = 'tojson writes its own quotes; inside a string they end it.';
      findings.push({
        rule: 'quoted-tojson',
        severity: 'error',
        message,
        ...at(child),
        hint: 'Remove the quotes around it.',
      });
    } else if (!isHarmless(child)) {
      const message =
        'A value inside a JSON string: a quote, backslash or line break in it breaks the event.';
      findings.push({ rule: 'unescaped-interpolation', severity: 'warning', message, ...at(child), hint });
    }
  };
  if (looksLikeJson(root)) visit(root.children);
  return findings;
}
