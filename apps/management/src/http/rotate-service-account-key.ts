import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { writeAudit } from '../audit-log.ts';
import { checkInput } from '../input-faults.ts';
import { findServiceAccount, replaceKey } from '../service-account-store.ts';
import type { ManagementDeps } from './deps.ts';
import { accepted } from './page.ts';
import { expiration, newKey, noSuchServiceAccount, toBot } from './service-account.ts';
import { inForce } from './unavailable.ts';
import { idOf } from './webhook-address.ts';

export const keyRotation = z.strictObject({
  api_key_expiration: expiration,
  /** Seconds that the old key stays valid beside the new one. */
  old_key_expires_in_seconds: z.int().min(0).max(172_800).nullish(),
});

/**
 * `POST /api/accounts/{account}/bots/{id}/rotate_api_key`: 201 with the service account and its new key, once the old one
 * opens nothing any more, or is known to end.
 */
export function rotateServiceAccountKey(deps: ManagementDeps): RequestHandler {
  return async function handleRotateServiceAccountKey(request, response) {
    const by = accessOf(response);
    const input = accepted(checkInput(keyRotation, request.body ?? {}));
    const seconds = input.old_key_expires_in_seconds ?? 0;
    const before = seconds > 0 ? new Date(Date.now() + seconds * 1_000) : undefined;
    const { account, workspace } = by;
    const id = idOf(request);
    const rotated = await deps.pool.transaction(async (client) => {
      const bot = await findServiceAccount(client, { account, id }, { lock: true });
      if (!bot) return undefined;
      const { key, record } = newKey(bot, input.api_key_expiration ?? null);
      const keys = await replaceKey(client, record, { before });
      const resource = { id, name: bot.name };
      await writeAudit(client, by, { account, workspace, action: 'service_account.key_rotated', resource });
      return { bot: { ...bot, apiKey: record }, key, keys };
    });
    if (!rotated) throw noSuchServiceAccount();
    for (const changed of rotated.keys) await inForce(deps, changed);
    response
      .status(201)
      .set('cache-control', 'no-store')
      .json(toBot(rotated.bot, { key: rotated.key }));
  };
}
