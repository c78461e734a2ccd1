import type { RequestHandler } from 'express';
import { toApiWebhook } from '../change-webhook.ts';
import { readWebhookUsage } from '../usage-store.ts';
import { findWebhook } from '../webhook-store.ts';
import type { ManagementDeps } from './deps.ts';
import { addressOf, noSuchWebhook } from './webhook-address.ts';

/** `GET /webhooks/{id}`: 200 with the webhook. */
export function getWebhook({ pool, ring }: ManagementDeps): RequestHandler {
  return async function handleGetWebhook(request, response) {
    const webhook = await findWebhook(pool, addressOf(request, response));
    if (!webhook) throw noSuchWebhook();
    response.json(toApiWebhook(webhook, ring, await readWebhookUsage(pool, [webhook])));
  };
}
