import { HttpProblem } from '@tributary/service-runtime';
import type { Request } from 'express';
import type { z } from 'zod';
import { jsonBody } from './json-body.ts';
import { zodFaults } from './zod-faults.ts';

/**
 * Reads and checks a JSON body; none is an empty object. Throws 400 for what is not JSON, and 422 with a JSON pointer for
 * each fault. `what` begins the sentence: "The search".
 */
export function readInput<T extends z.ZodType>(request: Request, schema: T, what: string): z.output<T> {
  const body = jsonBody(request);
  if (!body.ok) throw new HttpProblem(400, `The body is not valid JSON: ${body.reason}`);
  const value = body.value ?? {};
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = zodFaults(result.error.issues, value).map(({ loc, msg }) => ({
    pointer: loc.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    detail: msg,
  }));
  throw new HttpProblem(422, `${what} is not valid.`, { errors });
}
