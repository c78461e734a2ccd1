import { accessOf } from '@tributary/api-auth';
import { HttpProblem } from '@tributary/service-runtime';
import type { RequestHandler } from 'express';
import { deleteApiKey as removeApiKey } from '../api-key-store.ts';
import { writeAudit } from '../audit-log.ts';
import { isWaiting } from '../outbox.ts';
import type { ManagementDeps } from './deps.ts';
import { inForce } from './unavailable.ts';
import { idOf } from './webhook-address.ts';

/** `DELETE /api-keys/{id}`: 204 once the key opens nothing any more. */
export function deleteApiKey(deps: ManagementDeps): RequestHandler {
  return async function handleDeleteApiKey(request, response) {
    const by = accessOf(response);
    const { account, workspace } = by;
    const id = idOf(request);
    const deleted = await deps.pool.transaction(async (client) => {
      const name = await removeApiKey(client, { workspace, id });
      if (name === undefined) return false;
      await writeAudit(client, by, { account, workspace, action: 'api_key.deleted', resource: { id, name } });
      return true;
    });
    // The repetition of a deletion that was answered with 503 finds it waiting for Kafka still.
    if (!deleted && !(await isWaiting(deps.pool, id))) {
      throw new HttpProblem(404, 'There is no API key of this id in the workspace.');
    }
    await inForce(deps, id);
    response.status(204).end();
  };
}
