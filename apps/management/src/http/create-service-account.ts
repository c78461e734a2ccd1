import { randomUUID } from 'node:crypto';
import { accessOf } from '@tributary/api-auth';
import { scopes } from '@tributary/event-schemas';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { writeAudit } from '../audit-log.ts';
import { checkInput } from '../input-faults.ts';
import { findServiceAccount, insertServiceAccount } from '../service-account-store.ts';
import { toInstant } from '../webhook-store.ts';
import type { ManagementDeps } from './deps.ts';
import { accepted } from './page.ts';
import { saveOnce } from './save-once.ts';
import { expiration, newKey, toBot } from './service-account.ts';

export const newServiceAccount = z.strictObject({
  name: z.string().min(1).max(1_024),
  api_key_expiration: expiration,
  /** Prefect's roles: there are none here, scopes take their place. */
  account_role_id: z.string().nullish(),
  /** What its keys may do with the API. None is needed to call webhooks. */
  scopes: z.array(z.enum(scopes)).default([]),
});

/** `POST /api/accounts/{account}/bots`: 201 with the service account and its key, this once and never again. */
export function createServiceAccount(deps: ManagementDeps): RequestHandler {
  return async function handleCreateServiceAccount(request, response) {
    const by = accessOf(response);
    const input = accepted(checkInput(newServiceAccount, request.body));
    const created = toInstant(new Date());
    const { account, workspace } = by;
    const base = {
      id: randomUUID(),
      account,
      workspace,
      name: input.name,
      scopes: [...new Set(input.scopes)],
      created,
      updated: created,
    };
    const { key, record } = newKey(base, input.api_key_expiration ?? null);
    const bot = { ...base, apiKey: record };
    const save = () =>
      deps.pool.transaction(async (client) => {
        await insertServiceAccount(client, bot);
        const resource = { id: bot.id, name: bot.name };
        await writeAudit(client, by, { account, workspace, action: 'service_account.created', resource });
      });
    await saveOnce(save, { isSaved: async () => (await findServiceAccount(deps.pool, bot)) !== undefined });
    await deps.delivered(record.id);
    response.status(201).set('cache-control', 'no-store').json(toBot(bot, { key }));
  };
}
