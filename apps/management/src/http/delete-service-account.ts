import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import { writeAudit } from '../audit-log.ts';
import { deleteWebhooksOf } from '../change-webhook.ts';
import {
  deleteServiceAccount as removeServiceAccount,
  findServiceAccount,
} from '../service-account-store.ts';
import type { ManagementDeps } from './deps.ts';
import { noSuchServiceAccount } from './service-account.ts';
import { inForce } from './unavailable.ts';
import { idOf } from './webhook-address.ts';

/**
 * `DELETE /api/accounts/{account}/bots/{id}`: 204 once its keys open nothing any more. As in Prefect Cloud, the webhooks
 * that name it are deleted with it: without it nobody could call them, and they must not become open to everybody.
 */
export function deleteServiceAccount(deps: ManagementDeps): RequestHandler {
  return async function handleDeleteServiceAccount(request, response) {
    const by = accessOf(response);
    const { account, workspace } = by;
    const id = idOf(request);
    const announced = await deps.pool.transaction(async (client) => {
      const bot = await findServiceAccount(client, { account, id }, { lock: true });
      if (!bot) return undefined;
      const webhooks = await deleteWebhooksOf(client, id, by);
      const keys = await removeServiceAccount(client, id);
      const resource = { id, name: bot.name };
      await writeAudit(client, by, { account, workspace, action: 'service_account.deleted', resource });
      return [...webhooks, ...keys];
    });
    if (!announced) throw noSuchServiceAccount();
    for (const key of announced) await inForce(deps, key);
    response.status(204).end();
  };
}
