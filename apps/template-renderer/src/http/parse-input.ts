import { HttpProblem } from '@tributary/service-runtime';
import type { z } from 'zod';

/** The body of a request as its schema has it, or a 422 that points at every fault. */
export function parseInput<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  throw new HttpProblem(422, 'The request does not have the form that is needed here.', {
    errors: result.error.issues.map(({ path, message }) => ({
      pointer: path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
      detail: message,
    })),
  });
}
