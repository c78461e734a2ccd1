import { accessOf } from '@tributary/api-auth';
import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { checkInput } from '../input-faults.ts';
import { listServiceAccounts as readServiceAccounts } from '../service-account-store.ts';
import { lastUses } from '../usage-store.ts';
import type { Position } from '../webhook-store.ts';
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
import { toBot } from './service-account.ts';

const anyOf = z.object({ any_: z.array(z.string()).max(PAGE_LIMIT).nullish() }).nullish();

/** Prefect's clients name further keys beside the filter; they are ignored. */
const filterBody = z.object({
  service_accounts: z.object({ name: anyOf }).nullish(),
  limit: limitOfBody.nullish(),
  cursor: cursor.nullish(),
});

/** `GET /api/accounts/{account}/bots`: 200 with a list, the oldest first. */
export function listServiceAccounts(deps: ManagementDeps): RequestHandler {
  return async function handleListServiceAccounts(request, response) {
    const { limit, cursor: after } = readQuery(request, pageQuery);
    await answer(deps, response, { limit, after, names: undefined });
  };
}

/** `POST /api/accounts/{account}/bots/filter`: the same, of certain names only. No body is no filter. */
export function filterServiceAccounts(deps: ManagementDeps): RequestHandler {
  return async function handleFilterServiceAccounts(request, response) {
    const body: unknown = request.body ?? {};
    const { service_accounts: filter, limit, cursor: after } = accepted(checkInput(filterBody, body));
    const names = filter?.name?.any_ ?? undefined;
    await answer(deps, response, { limit: limit ?? PAGE_LIMIT, after: after ?? undefined, names });
  };
}

async function answer(
  { pool, publicUrl }: ManagementDeps,
  response: Response,
  { limit, after, names }: { limit: number; after: Position | undefined; names: string[] | undefined },
): Promise<void> {
  const { account } = accessOf(response);
  const rows = await readServiceAccounts(pool, { account, names, after, limit: limit + 1 });
  const lastUse = await lastUses(
    pool,
    rows.map(({ apiKey }) => apiKey.id),
  );
  sendPage(response, rows, { limit, cursorOf: toCursor, show: (row) => toBot(row, { lastUse }), publicUrl });
}
