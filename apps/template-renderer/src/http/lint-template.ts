import { webhookLimits } from '@tributary/event-schemas';
import { validateTemplate } from '@tributary/templating';
import type { Environment } from '@tributary/templating';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { parseInput } from './parse-input.ts';

const input = z.strictObject({
  template: z.string().min(1).max(webhookLimits.templateLength),
  template_mode: z.enum(['jinja2']).default('jinja2'),
});

/** `POST {ws}/templates/lint`: what saving the template would refuse; an empty list when nothing. */
export function lintTemplate({ environment }: { environment: Environment }): RequestHandler {
  return (request, response) => {
    const { template } = parseInput(input, request.body);
    const problems = validateTemplate(template, environment).map(({ name, message, line, column, hint }) => ({
      message: `${name}: ${message}`,
      line: line > 0 ? line : null,
      column: line > 0 ? column : null,
      hint: hint ?? null,
    }));
    response.json({ valid: problems.length === 0, problems });
  };
}
