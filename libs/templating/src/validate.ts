import { TemplateError } from './errors.ts';
import type { Environment } from './environment.ts';
import { childNodes, type AnyNode, type ForNode } from './syntax/nodes.ts';
import { parseTemplate } from './syntax/statement-parser.ts';

/** What is wrong with a template that someone wants to save. Lines and columns count from 1. */
export interface TemplateProblem {
  /** Python's exception name, or `LimitError`. */
  name: string;
  message: string;
  line: number;
  column: number;
  snippet: string;
  hint: string | undefined;
}

export function problemOf(error: TemplateError): TemplateProblem {
  const { name, message, line, column, snippet, hint } = error;
  return { name, message, line, column, snippet, hint };
}

/** Every `for` of a tree with its nesting depth, from 1. */
function* loops(node: AnyNode, depth = 0): Generator<{ node: ForNode; depth: number }> {
  const inside = node.typename === 'For' ? depth + 1 : depth;
  if (node.typename === 'For') yield { node, depth: inside };
  for (const child of childNodes(node)) yield* loops(child, inside);
}

/**
 * Checks a template before it is saved: its syntax, its filters and tests, and Prefect's limits on loops (10 in a
 * template, 2 deep, unless the environment says otherwise). Returns the problems; an empty list means it can be saved.
 */
export function validateTemplate(source: string, environment: Environment): TemplateProblem[] {
  try {
    environment.compile(source);
  } catch (error) {
    if (error instanceof TemplateError) return [problemOf(error)];
    throw error;
  }
  const problems: TemplateProblem[] = [];
  const report = (node: ForNode, message: string): void => {
    const snippet = source.split(/\r\n?|\n/)[node.lineno]?.slice(0, 400) ?? '';
    problems.push({
      name: 'LimitError',
      message,
      line: node.lineno + 1,
      column: node.colno + 1,
      snippet,
      hint: undefined,
    });
  };
  const found = [...loops(parseTemplate(source))];
  const { loops: most, loopDepth } = environment.limits;
  const excess = found[most];
  if (excess) report(excess.node, `Contains ${found.length} for loops, but the limit is ${most}.`);
  const deep = found.find(({ depth }) => depth > loopDepth);
  if (deep)
    report(
      deep.node,
      `Contains nested for loops at a depth of ${deep.depth}, but the limit is ${loopDepth}.`,
    );
  return problems;
}
