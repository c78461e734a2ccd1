import { accessOf } from '@tributary/api-auth';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { toApiWebhook } from '../change-webhook.ts';
import { checkInput } from '../input-faults.ts';
import { lastUses, secretIds } from '../usage-store.ts';
import { listWebhooks as readWebhooks } from '../webhook-store.ts';
import type { Position, StoredWebhook } from '../webhook-store.ts';
import type { ManagementDeps } from './deps.ts';
import {
  accepted,
  cursor,
  limitOfBody,
  PAGE_LIMIT,
  pageQuery,
  readQuery,
  sendPage,
  toCursor,
} from './page.ts';

const webhookFilter = z.strictObject({
  name: z.strictObject({ any_: z.array(z.string()).max(PAGE_LIMIT).nullish() }).nullish(),
});

/** Prefect's clients name further keys beside the filter (`sort`, `offset`); they are ignored. */
const filterBody = z.object({
  webhooks: webhookFilter.nullish(),
  limit: limitOfBody.nullish(),
  cursor: cursor.nullish(),
});

/** `GET /webhooks`: 200 with a list, the oldest first. */
export function listWebhooks(deps: ManagementDeps): RequestHandler {
  return async function handleListWebhooks(request, response) {
    const { limit, cursor: after } = readQuery(request, pageQuery);
    await answer(deps, response, { limit, after, names: undefined });
  };
}

/** `POST /webhooks/filter`: the same, of certain names only. No body is no filter. */
export function filterWebhooks(deps: ManagementDeps): RequestHandler {
  return async function handleFilterWebhooks(request: Request, response) {
    const body: unknown = request.body ?? {};
    const { webhooks, limit, cursor: after } = accepted(checkInput(filterBody, body));
    const names = webhooks?.name?.any_ ?? undefined;
    await answer(deps, response, { limit: limit ?? PAGE_LIMIT, after: after ?? undefined, names });
  };
}

async function answer(
  { pool, ring, publicUrl }: ManagementDeps,
  response: Response,
  { limit, after, names }: { limit: number; after: Position | undefined; names: string[] | undefined },
): Promise<void> {
  const rows = await readWebhooks(pool, {
    workspace: accessOf(response).workspace,
    limit: limit + 1,
    ...(after ? { after } : {}),
    ...(names ? { names } : {}),
  });
  const lastUse = await lastUses(pool, secretIds(rows.map(({ settings }) => settings)));
  const show = (row: StoredWebhook) => toApiWebhook(row, ring, lastUse);
  sendPage(response, rows, { limit, cursorOf: toCursor, show, publicUrl });
}
