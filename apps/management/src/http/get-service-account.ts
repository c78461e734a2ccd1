import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import { findServiceAccount } from '../service-account-store.ts';
import { readUsage } from '../usage-store.ts';
import type { ManagementDeps } from './deps.ts';
import { noSuchServiceAccount, toBot } from './service-account.ts';
import { idOf } from './webhook-address.ts';

/** `GET /api/accounts/{account}/bots/{id}`: 200, without the key. */
export function getServiceAccount({ pool }: ManagementDeps): RequestHandler {
  return async function handleGetServiceAccount(request, response) {
    const { account } = accessOf(response);
    const bot = await findServiceAccount(pool, { account, id: idOf(request) });
    if (!bot) throw noSuchServiceAccount();
    response.json(toBot(bot, { usage: await readUsage(pool, [bot.apiKey.id]) }));
  };
}
