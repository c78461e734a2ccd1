import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import { deleteWebhook as removeWebhook } from '../change-webhook.ts';
import { isWaiting } from '../outbox.ts';
import type { ManagementDeps } from './deps.ts';
import { inForce } from './unavailable.ts';
import { addressOf, noSuchWebhook } from './webhook-address.ts';

/** `DELETE /webhooks/{id}`: 204. */
export function deleteWebhook(deps: ManagementDeps): RequestHandler {
  return async function handleDeleteWebhook(request, response) {
    const address = addressOf(request, response);
    const { outcome } = await removeWebhook(deps, address, { by: accessOf(response) });
    if (outcome === 'not_found') throw noSuchWebhook();
    // A client repeats what was answered with 503: while the deletion waits for Kafka, it is not told that it is done.
    if (outcome === 'deleted_before' && !(await isWaiting(deps.pool, address.id))) throw noSuchWebhook();
    await inForce(deps, address.id);
    response.status(204).end();
  };
}
