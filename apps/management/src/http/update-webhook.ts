import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import {
  namesNoServiceAccount,
  NO_SERVICE_ACCOUNT,
  toApiWebhook,
  updateSettings,
} from '../change-webhook.ts';
import { readWebhookChange } from '../webhook-input.ts';
import { toInstant } from '../webhook-store.ts';
import type { ManagementDeps } from './deps.ts';
import { unprocessable } from './page.ts';
import { inForce } from './unavailable.ts';
import { addressOf, noSuchWebhook } from './webhook-address.ts';

/**
 * `PUT` and `PATCH /webhooks/{id}`: 204. Both keep what the request does not name: Prefect's client PUTs three fields of a
 * webhook, and that must neither enable it nor take its protection away.
 */
export function updateWebhook(deps: ManagementDeps): RequestHandler {
  return async function handleUpdateWebhook(request, response) {
    const body: unknown = request.body;
    const address = addressOf(request, response);
    const context = { ...deps, webhookId: address.id, now: toInstant(new Date()) };
    const result = await updateSettings(deps, address, {
      by: accessOf(response),
      read: (current) =>
        readWebhookChange(body, current.settings, {
          ...context,
          shown: { ...toApiWebhook(current, deps.ring) },
        }),
    }).catch((error: unknown) => {
      throw namesNoServiceAccount(error) ? unprocessable([NO_SERVICE_ACCOUNT]) : error;
    });
    switch (result.outcome) {
      case 'not_found':
        throw noSuchWebhook();
      case 'invalid':
        throw unprocessable(result.errors);
      case 'saved':
        await inForce(deps, result.webhook.id);
        response.status(204).end();
    }
  };
}
