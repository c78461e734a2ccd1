import type { TemplateMode } from '../compile/context.ts';
import type { Environment } from '../environment.ts';
import { TemplateError } from '../errors.ts';
import type { RootNode } from '../syntax/nodes.ts';
import { normalizeSource } from '../syntax/lexer.ts';
import { parseLoneExpression, parseTemplate } from '../syntax/statement-parser.ts';
import { problemOf, validateTemplate, type TemplateProblem } from '../validate.ts';
import { checkCommas } from './commas.ts';
import { checkEventShape } from './event-shape.ts';
import { checkInterpolations } from './interpolations.ts';
import { checkNames } from './names.ts';

/** What a finding is about; `invalid` is what keeps a template from being saved. */
export type LintRule =
  | 'invalid'
  | 'unescaped-interpolation'
  | 'bare-interpolation'
  | 'quoted-tojson'
  | 'trailing-comma'
  | 'unknown-name'
  | 'not-an-event';

export interface LintFinding {
  rule: LintRule;
  severity: 'error' | 'warning';
  message: string;
  /** Both count from 1. */
  line: number;
  column: number;
  hint?: string;
}

/** The names a webhook's template sees. */
const webhookNames: readonly string[] =
  'method headers body query path raw_body content_type received execution_id webhook form body_encoding workspace'.split(
    ' ',
  );

export interface LintOptions {
  mode?: TemplateMode;
  /** The names the context has; by default those of a webhook, and for a `text` (an answer to the caller) also `event`. */
  names?: readonly string[];
  /** What the template is for; a `text` need not be an event. */
  result?: 'event' | 'text';
}

/**
 * Looks for what template authors get wrong: values put into JSON strings unescaped, names that no context has, results
 * that cannot be an event. Also reports everything `validateTemplate` does. Findings come in the order of the source.
 */
export function lintTemplate(
  source: string,
  environment: Environment,
  options: LintOptions = {},
): LintFinding[] {
  const { mode = 'jinja2', result = 'event' } = options;
  const { names = result === 'event' ? webhookNames : [...webhookNames, 'event'] } = options;
  const problems = validateTemplate(source, environment);
  if (problems.some((problem) => problem.name !== 'LimitError')) return problems.map(asFinding);
  const root: RootNode = parseTemplate(source);
  const findings = [
    ...problems.map(asFinding),
    ...(result === 'event' ? checkInterpolations(root, mode) : []),
    ...(mode === 'jinja2' && result === 'event' ? checkCommas(root) : []),
    ...checkNames(root, knownNames(names, environment)),
    ...(result === 'event' ? checkEventShape(root, normalizeSource(source), mode) : []),
  ];
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Looks for what is wrong in a lone expression, such as a webhook's `filter`: malformed, or with names that no context has. */
export function lintExpression(
  source: string,
  environment: Environment,
  { names = webhookNames }: Pick<LintOptions, 'names'> = {},
): LintFinding[] {
  try {
    environment.compileExpression(source);
  } catch (error) {
    if (error instanceof TemplateError) return [asFinding(problemOf(error))];
    throw error;
  }
  return checkNames(parseLoneExpression(source), knownNames(names, environment));
}

function knownNames(names: readonly string[], environment: Environment): Set<string> {
  return new Set([...names, ...environment.runtime.globals.keys()]);
}

function asFinding(problem: TemplateProblem): LintFinding {
  const { message, line, column, hint } = problem;
  return {
    rule: 'invalid',
    severity: 'error',
    message,
    line,
    column,
    ...(hint === undefined ? {} : { hint }),
  };
}
