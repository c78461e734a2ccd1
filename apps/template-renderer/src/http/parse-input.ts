import { HttpProblem } from '@tributary/service-runtime';
import type { z } from 'zod';

/** The body of a request as its schema has it, or a 422 that points at every fault. */
export function parseInput<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  throw new HttpProblem(422, 'The request does not have the form that is needed here.', {
    errors: result.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            pointer: pointerOf([...issue.path, key]),
            detail: 'is no field that is known here',
          }))
        : [{ pointer: pointerOf(issue.path), detail: issue.message }],
    ),
  });
}

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
