import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { writeAudit } from '../audit-log.ts';
import { checkInput } from '../input-faults.ts';
import { findServiceAccount, renameServiceAccount } from '../service-account-store.ts';
import { toInstant } from '../webhook-store.ts';
import type { ManagementDeps } from './deps.ts';
import { accepted } from './page.ts';
import { noSuchServiceAccount } from './service-account.ts';
import { idOf } from './webhook-address.ts';

export const serviceAccountChange = z.strictObject({ name: z.string().min(1).max(1_024) });

/** `PATCH /api/accounts/{account}/bots/{id}`: 204. Only the name can change. */
export function updateServiceAccount({ pool }: ManagementDeps): RequestHandler {
  return async function handleUpdateServiceAccount(request, response) {
    const by = accessOf(response);
    const { name } = accepted(checkInput(serviceAccountChange, request.body));
    const { account } = by;
    const id = idOf(request);
    const found = await pool.transaction(async (client) => {
      const bot = await findServiceAccount(client, { account, id }, { lock: true });
      if (!bot || bot.name === name) return bot;
      await renameServiceAccount(client, { id, name, updated: toInstant(new Date()) });
      const { workspace } = by;
      const changed = ['name'];
      const action = 'service_account.updated';
      await writeAudit(client, by, { account, workspace, action, resource: { id, name }, changed });
      return bot;
    });
    if (!found) throw noSuchServiceAccount();
    response.status(204).end();
  };
}
