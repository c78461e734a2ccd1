import { z } from 'zod';

/** What went wrong, for a user: a sentence, and where (line and column from 1, or a JSON pointer) if that is known. */
export const executionError = z.object({
  message: z.string(),
  line: z.int().nullable().default(null),
  column: z.int().nullable().default(null),
  pointer: z.string().nullable().default(null),
});
export type ExecutionError = z.output<typeof executionError>;
