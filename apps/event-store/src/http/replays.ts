import { randomUUID } from 'node:crypto';
import { accessOf } from '@tributary/api-auth';
import { normalizeInstant, uuid } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { Logger } from '@tributary/service-runtime';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { executionFilter } from '../execution-filter.ts';
import type { PageTokens } from '../page-token.ts';
import {
  cancelReplay,
  createReplay,
  MAX_RUNNING,
  planReplay,
  readReplay,
  readReplayPage,
} from '../replay-store.ts';
import type { Replay, ReplayCursor } from '../replay-store.ts';
import { readInput } from './read-input.ts';

export interface ReplaysDeps {
  db: Queryable;
  tokens: PageTokens;
  publicUrl: string;
  logger: Logger;
}

/** A filter that restricts nothing would replay all that was ever received: that has to be said with a time. */
const restricting = executionFilter.refine(
  (filter) => Object.values(filter).some((part) => part !== undefined),
  {
    error: 'Name a webhook, an outcome, a cause, a method or a range of time.',
  },
);
const planRequest = z.strictObject({ filter: restricting });
const createRequest = planRequest.extend({ per_second: z.int().min(1).max(1_000).default(50) });

/** `POST /replays/plan`: what a replay of a filter would take; nothing is replayed. */
export function postReplayPlan({ db }: ReplaysDeps): RequestHandler {
  return async function answerPlanReplay(request, response) {
    const { filter } = readInput(request, planRequest, 'The plan');
    const { workspace } = accessOf(response);
    const plan = await planReplay(db, { workspace, filter, created: now() });
    const { total, replayable, first_received, last_received } = plan;
    response.json({ filter, total, replayable, skipped: total - replayable, first_received, last_received });
  };
}

/** `POST /replays`: replays what a filter finds, oldest first. 202 with the replay; it goes on by itself. */
export function postReplay({ db, publicUrl, logger }: ReplaysDeps): RequestHandler {
  return async function answerCreateReplay(request, response) {
    const { filter, per_second: perSecond } = readInput(request, createRequest, 'The replay');
    const { account, workspace } = accessOf(response);
    const created = now();
    const { total } = await planReplay(db, { workspace, filter, created });
    const id = randomUUID();
    const replay = await createReplay(db, { id, account, workspace, created, filter, perSecond, total });
    if (!replay) {
      throw new HttpProblem(
        409,
        `${MAX_RUNNING} replays of the workspace run already, the most that may. Wait for one to end, or cancel it.`,
      );
    }
    logger.info({ workspace, replay: id, total }, 'bulk replay made');
    response
      .status(202)
      .location(`${publicUrl}/api/accounts/${account}/workspaces/${workspace}/replays/${id}`)
      .json(replay);
  };
}

interface CursorState {
  replaysOf: string;
  after: ReplayCursor;
}

/** `GET /replays?limit&cursor`: the newest first. */
export function listReplays({ db, tokens }: ReplaysDeps): RequestHandler {
  return async function answerListReplays(request, response) {
    const { workspace } = accessOf(response);
    const { cursor } = request.query;
    const limit = z.coerce.number().int().min(1).max(200).default(50).safeParse(request.query['limit']);
    if (!limit.success) throw new HttpProblem(400, 'The query parameter limit is a number from 1 to 200.');
    const state = typeof cursor === 'string' ? (tokens.open(cursor) as CursorState | undefined) : undefined;
    if (cursor !== undefined && state?.replaysOf !== workspace)
      throw new HttpProblem(
        400,
        'The cursor is not one of this list: take it from next_cursor of the page before.',
      );
    const page = await readReplayPage(db, { workspace, limit: limit.data, after: state?.after });
    const nextCursor =
      page.next && tokens.seal({ replaysOf: workspace, after: page.next } satisfies CursorState);
    response.json({ replays: page.replays, next_cursor: nextCursor });
  };
}

/** `GET /replays/{id}`: how far it has come. */
export function getReplay({ db }: ReplaysDeps): RequestHandler {
  return async function answerGetReplay(request, response) {
    response.json(await replayOf(db, accessOf(response).workspace, request));
  };
}

/** `POST /replays/{id}/cancel`: replays no more; what was replayed stays so. */
export function postReplayCancel({ db, logger }: ReplaysDeps): RequestHandler {
  return async function answerCancelReplay(request, response) {
    const { workspace } = accessOf(response);
    const { id } = await replayOf(db, workspace, request);
    if (await cancelReplay(db, workspace, id))
      logger.info({ workspace, replay: id }, 'bulk replay cancelled');
    const replay = await replayOf(db, workspace, request);
    if (replay.state === 'finished') throw new HttpProblem(409, 'The replay has finished already.');
    response.json(replay);
  };
}

async function replayOf(db: Queryable, workspace: string, { params }: Request): Promise<Replay> {
  const id = uuid.safeParse(params['id']);
  const replay = id.success ? await readReplay(db, workspace, id.data) : undefined;
  if (!replay) throw new HttpProblem(404, 'There is no replay with this id in the workspace.');
  return replay;
}

function now(): string {
  return normalizeInstant(new Date().toISOString())!;
}
