import { accessOf } from '@tributary/api-auth';
import type { Queryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { executionFilter } from '../execution-filter.ts';
import { readExecutionPage } from '../execution-reader.ts';
import type { ExecutionCursor } from '../execution-reader.ts';
import type { PageTokens } from '../page-token.ts';
import { readInput } from './read-input.ts';

const searchRequest = z.strictObject({
  filter: executionFilter.default({}),
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().nullish(),
});

interface CursorState {
  executionsOf: string;
  after: ExecutionCursor;
}

/** `POST /executions/filter`: `{filter, limit, cursor}`; the newest first, the next page by `next_cursor`. */
export function filterExecutions({ db, tokens }: { db: Queryable; tokens: PageTokens }): RequestHandler {
  return async function answerFilterExecutions(request, response) {
    const { workspace } = accessOf(response);
    const { filter, limit, cursor } = readInput(request, searchRequest, 'The search');
    const state = typeof cursor === 'string' ? (tokens.open(cursor) as CursorState | undefined) : undefined;
    if (typeof cursor === 'string' && state?.executionsOf !== workspace) {
      throw new HttpProblem(422, 'The cursor is not one of this list.', {
        errors: [{ pointer: '/cursor', detail: 'Take it from next_cursor of the page before.' }],
      });
    }
    const page = await readExecutionPage(db, { workspace, filter, limit, after: state?.after });
    const nextCursor =
      page.next && tokens.seal({ executionsOf: workspace, after: page.next } satisfies CursorState);
    response.json({ executions: page.executions, next_cursor: nextCursor });
  };
}
