import { accessOf } from '@tributary/api-auth';
import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { toApiWebhook } from '../change-webhook.ts';
import { readWebhookUsage } from '../usage-store.ts';
import { listWebhooks as readWebhooks } from '../webhook-store.ts';
import type { StoredWebhook } from '../webhook-store.ts';
import type { ManagementDeps } from './deps.ts';
import { listAll, listNamed, PAGE_LIMIT, pageOfBody, sendPage, toCursor } from './page.ts';
import type { NamedPage } from './page.ts';

const webhookFilter = z.strictObject({
  name: z.strictObject({ any_: z.array(z.string()).max(PAGE_LIMIT).nullish() }).nullish(),
});

/** Prefect's clients name further keys beside the filter (`sort`, `offset`); they are ignored. */
const filterBody = z.object({
  webhooks: webhookFilter.nullish(),
  ...pageOfBody,
});

/** `GET /webhooks`: 200 with a list, the oldest first. */
export function listWebhooks(deps: ManagementDeps): RequestHandler {
  return listAll((response, page) => answer(deps, response, page));
}

/** `POST /webhooks/filter`: the same, of certain names only. No body is no filter. */
export function filterWebhooks(deps: ManagementDeps): RequestHandler {
  return listNamed(
    filterBody,
    ({ webhooks }) => webhooks?.name?.any_,
    (response, page) => answer(deps, response, page),
  );
}

async function answer(
  { pool, ring, publicUrl }: ManagementDeps,
  response: Response,
  { limit, after, names }: NamedPage,
): Promise<void> {
  const rows = await readWebhooks(pool, {
    workspace: accessOf(response).workspace,
    limit: limit + 1,
    ...(after ? { after } : {}),
    ...(names ? { names } : {}),
  });
  const usage = await readWebhookUsage(pool, rows);
  const show = (row: StoredWebhook) => toApiWebhook(row, ring, usage);
  sendPage(response, rows, { limit, cursorOf: toCursor, show, publicUrl });
}
