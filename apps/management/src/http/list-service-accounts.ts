import { accessOf } from '@tributary/api-auth';
import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { listServiceAccounts as readServiceAccounts } from '../service-account-store.ts';
import { readUsage } from '../usage-store.ts';
import type { ManagementDeps } from './deps.ts';
import { listAll, listNamed, PAGE_LIMIT, pageOfBody, sendPage, toCursor } from './page.ts';
import type { NamedPage } from './page.ts';
import { toBot } from './service-account.ts';

const anyOf = z.object({ any_: z.array(z.string()).max(PAGE_LIMIT).nullish() }).nullish();

/** Prefect's clients name further keys beside the filter; they are ignored. */
const filterBody = z.object({
  service_accounts: z.object({ name: anyOf }).nullish(),
  ...pageOfBody,
});

/** `GET /api/accounts/{account}/bots`: 200 with a list, the oldest first. */
export function listServiceAccounts(deps: ManagementDeps): RequestHandler {
  return listAll((response, page) => answer(deps, response, page));
}

/** `POST /api/accounts/{account}/bots/filter`: the same, of certain names only. No body is no filter. */
export function filterServiceAccounts(deps: ManagementDeps): RequestHandler {
  return listNamed(
    filterBody,
    (body) => body.service_accounts?.name?.any_,
    (response, page) => answer(deps, response, page),
  );
}

async function answer(
  { pool, publicUrl }: ManagementDeps,
  response: Response,
  { limit, after, names }: NamedPage,
): Promise<void> {
  const { account } = accessOf(response);
  const rows = await readServiceAccounts(pool, { account, names, after, limit: limit + 1 });
  const usage = await readUsage(
    pool,
    rows.map(({ apiKey }) => apiKey.id),
  );
  sendPage(response, rows, { limit, cursorOf: toCursor, show: (row) => toBot(row, { usage }), publicUrl });
}
