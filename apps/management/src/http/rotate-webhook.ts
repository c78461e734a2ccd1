import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import { rotateSlug, toApiWebhook } from '../change-webhook.ts';
import { readWebhookUsage } from '../usage-store.ts';
import type { ManagementDeps } from './deps.ts';
import { inForce } from './unavailable.ts';
import { addressOf, noSuchWebhook } from './webhook-address.ts';

/** `POST /webhooks/{id}/rotate`: 200 with the webhook and its new slug, once the old one is dead. */
export function rotateWebhook(deps: ManagementDeps): RequestHandler {
  return async function handleRotateWebhook(request, response) {
    const result = await rotateSlug(deps, addressOf(request, response), { by: accessOf(response) });
    if (result.outcome !== 'saved') throw noSuchWebhook();
    await inForce(deps, result.webhook.id);
    const usage = await readWebhookUsage(deps.pool, [result.webhook]);
    response.json(toApiWebhook(result.webhook, deps.ring, usage));
  };
}
