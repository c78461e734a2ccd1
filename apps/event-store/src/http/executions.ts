import { accessOf } from '@tributary/api-auth';
import { instant, outcomes, uuid } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { readExecution, readExecutionPage, readRequest } from '../execution-reader.ts';
import type { ExecutionCursor } from '../execution-reader.ts';
import type { PageTokens } from '../page-token.ts';
import { jsonBody } from './json-body.ts';
import { zodFaults } from './zod-faults.ts';

/** `GET /executions/{id}`. */
export function getExecution({ db }: { db: Queryable }): RequestHandler {
  return async function answerGetExecution(request, response) {
    const execution = await readExecution(db, accessOf(response).workspace, idOf(request));
    if (!execution) throw notStored();
    response.json(execution);
  };
}

/**
 * `GET /executions/{id}/request`: the body's bytes as the webhook was sent them, under the type it was sent with. It is a
 * stranger's document: a browser saves it, and neither shows nor runs it.
 */
export function getExecutionRequest({ db }: { db: Queryable }): RequestHandler {
  return async function answerGetExecutionRequest(request, response) {
    const stored = await readRequest(db, accessOf(response).workspace, idOf(request));
    if (!stored) throw notStored();
    // Written past Express, which would add a charset of its own to the type.
    response.setHeader('content-type', stored.contentType ?? 'application/octet-stream');
    response.setHeader('content-disposition', 'attachment');
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('content-security-policy', "sandbox; default-src 'none'");
    response.setHeader('content-length', stored.body.length);
    response.end(stored.body);
  };
}

const oneOrMore = <T extends z.ZodType>(schema: T) =>
  z.union([schema.transform((value) => [value]), z.array(schema)]).optional();

const searchRequest = z.strictObject({
  filter: z
    .strictObject({
      webhook_id: oneOrMore(uuid),
      outcome: oneOrMore(z.enum(outcomes)),
      received: z.strictObject({ since: instant.optional(), until: instant.optional() }).optional(),
    })
    .default({}),
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
    const { filter, limit, cursor } = readSearch(request);
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

function readSearch(request: Request): z.output<typeof searchRequest> {
  const body = jsonBody(request);
  if (!body.ok) throw new HttpProblem(400, `The body is not valid JSON: ${body.reason}`);
  const value = body.value ?? {};
  const result = searchRequest.safeParse(value);
  if (result.success) return result.data;
  const errors = zodFaults(result.error.issues, value).map(({ loc, msg }) => ({
    pointer: loc.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    detail: msg,
  }));
  throw new HttpProblem(422, 'The search is not valid.', { errors });
}

function idOf({ params }: Request): string {
  const id = uuid.safeParse(params['id']);
  if (!id.success) throw notStored();
  return id.data;
}

function notStored(): HttpProblem {
  return new HttpProblem(
    404,
    'There is no execution with this id in the workspace. One that was only just called may follow in a moment.',
  );
}
