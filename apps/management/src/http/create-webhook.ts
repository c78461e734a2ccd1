import { randomUUID } from 'node:crypto';
import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import {
  namesNoServiceAccount,
  newWebhook,
  NO_SERVICE_ACCOUNT,
  saveNewWebhook,
  toApiWebhook,
} from '../change-webhook.ts';
import { readNewWebhook } from '../webhook-input.ts';
import { findWebhook, toInstant } from '../webhook-store.ts';
import type { ManagementDeps } from './deps.ts';
import { unprocessable } from './page.ts';
import { saveOnce } from './save-once.ts';

/**
 * `POST /webhooks`: 201 with the webhook. Once it is saved the answer is 201 whatever Kafka does: clients repeat a 503,
 * and each repetition would make another webhook. It waits a while for Kafka, so that its URL works when it is known.
 */
export function createWebhook(deps: ManagementDeps): RequestHandler {
  return async function handleCreateWebhook(request, response) {
    const access = accessOf(response);
    const id = randomUUID();
    const now = toInstant(new Date());
    const input = readNewWebhook(request.body, { ...deps, webhookId: id, now });
    if (!input.ok) throw unprocessable(input.errors);
    const webhook = newWebhook({ id, settings: input.settings, now }, access, deps);
    try {
      await saveOnce(() => saveNewWebhook(deps, webhook, access), {
        isSaved: async () => (await findWebhook(deps.pool, webhook)) !== undefined,
      });
    } catch (error) {
      throw namesNoServiceAccount(error) ? unprocessable([NO_SERVICE_ACCOUNT]) : error;
    }
    await deps.delivered(webhook.id);
    response.status(201).json(toApiWebhook(webhook, deps.ring));
  };
}
