import { accessOf } from '@tributary/api-auth';
import type { RequestHandler } from 'express';
import { listApiKeys as readApiKeys } from '../api-key-store.ts';
import { toApiKey } from './create-api-key.ts';
import type { ManagementDeps } from './deps.ts';
import { pageQuery, readQuery, sendPage, toCursor } from './page.ts';

/** `GET /api-keys`: 200 with a list, the oldest first. */
export function listApiKeys({ pool, publicUrl }: ManagementDeps): RequestHandler {
  return async function handleListApiKeys(request, response) {
    const { limit, cursor: after } = readQuery(request, pageQuery);
    const rows = await readApiKeys(pool, {
      workspace: accessOf(response).workspace,
      limit: limit + 1,
      ...(after ? { after } : {}),
    });
    sendPage(response, rows, { limit, cursorOf: toCursor, show: toApiKey, publicUrl });
  };
}
