import { webhookSettings } from '@tributary/event-schemas';
import { lintExpression, lintTemplate as lint } from '@tributary/templating';
import type { Environment, LintFinding } from '@tributary/templating';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { parseInput } from './parse-input.ts';

const lintRules = [
  'invalid',
  'unescaped-interpolation',
  'bare-interpolation',
  'quoted-tojson',
  'trailing-comma',
  'unknown-name',
  'not-an-event',
] as const satisfies readonly LintFinding['rule'][];

const { template, template_mode, filter, routes, deduplication } = webhookSettings.shape;

/** The body of the call. */
export const lintInput = z.strictObject({
  template,
  template_mode,
  filter,
  routes,
  deduplication,
  /** The body template of a `custom` answer. */
  response_body: z.string().max(65_536).nullable().default(null),
});
type Input = z.output<typeof lintInput>;

/** What is said about a piece of a webhook: `pointer` names it. */
const problem = z.object({
  pointer: z.string(),
  rule: z.enum(lintRules),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  /** From 1; null where the place is not known. */
  line: z.int().nullable(),
  column: z.int().nullable(),
  hint: z.string().nullable(),
});
type Problem = z.output<typeof problem>;

/** What the call answers. */
export const lintAnswer = z.object({ valid: z.boolean(), problems: z.array(problem) });

/**
 * `POST {ws}/templates/lint`: what is wrong, or seldom meant, in a webhook's templates and expressions. `valid` is false when
 * saving would be refused; `problems` also holds what would be saved and then fail, or surprise.
 */
export function lintTemplate({ environment }: { environment: Environment }): RequestHandler {
  return (request, response) => {
    const problems = problemsOf(parseInput(lintInput, request.body), environment);
    response.json({ valid: problems.every(({ rule }) => rule !== 'invalid'), problems });
  };
}

function problemsOf(draft: Input, environment: Environment): Problem[] {
  const mode = draft.template_mode;
  const text = (pointer: string, source: string, result: 'event' | 'text') =>
    lint(source, environment, { mode: result === 'event' ? mode : 'jinja2', result }).map((finding) =>
      problemOf(pointer, finding),
    );
  const expression = (pointer: string, source: string) =>
    lintExpression(source, environment).map((finding) => problemOf(pointer, finding));
  return [
    ...text('/template', draft.template, 'event'),
    ...(draft.filter === null ? [] : expression('/filter', draft.filter)),
    ...draft.routes.flatMap((route, index) => [
      ...expression(`/routes/${index}/when`, route.when),
      ...text(`/routes/${index}/template`, route.template, 'event'),
    ]),
    ...(draft.deduplication === null ? [] : expression('/deduplication/key', draft.deduplication.key)),
    ...(draft.response_body === null ? [] : text('/response_body', draft.response_body, 'text')),
  ];
}

function problemOf(pointer: string, { rule, severity, message, line, column, hint }: LintFinding): Problem {
  const isPlaced = line > 0;
  return {
    pointer,
    rule,
    severity,
    message,
    line: isPlaced ? line : null,
    column: isPlaced ? column : null,
    hint: hint ?? null,
  };
}
