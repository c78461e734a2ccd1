import { randomUUID } from 'node:crypto';
import { accessOf, generateApiKey, hashApiKey } from '@tributary/api-auth';
import { accessRecord, instant, scopes } from '@tributary/event-schemas';
import type { AccessRecord } from '@tributary/event-schemas';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { findApiKeyByHash, insertApiKey } from '../api-key-store.ts';
import { writeAudit } from '../audit-log.ts';
import { checkInput } from '../input-faults.ts';
import { toInstant } from '../webhook-store.ts';
import type { ManagementDeps } from './deps.ts';
import { accepted, unprocessable } from './page.ts';
import { saveOnce } from './save-once.ts';

export const newApiKey = z.strictObject({
  name: z.string().min(1).max(1_024),
  scopes: z
    .array(z.enum(scopes))
    .min(1)
    .default([...scopes]),
  expires: instant.nullable().default(null),
});

/** An API key as the API shows it: without its hash. */
export function toApiKey({ id, name, scopes: granted, created, expires }: AccessRecord): object {
  return { id, name, scopes: granted, created, expires };
}

/** `POST /api-keys`: 201 with the key, this once and never again; hence no 503 after it is saved. */
export function createApiKey(deps: ManagementDeps): RequestHandler {
  return async function handleCreateApiKey(request, response) {
    const by = accessOf(response);
    const { account, workspace } = by;
    const input = accepted(checkInput(newApiKey, request.body));
    if (input.expires !== null && Date.parse(input.expires) <= Date.now()) {
      throw unprocessable([{ pointer: '/expires', detail: 'expires must be in the future.' }]);
    }
    const key = generateApiKey();
    const record = accessRecord.parse({
      ...input,
      scopes: [...new Set(input.scopes)],
      id: randomUUID(),
      account,
      workspace,
      sha256: hashApiKey(key),
      created: toInstant(new Date()),
    });
    const save = () =>
      deps.pool.transaction(async (client) => {
        await insertApiKey(client, record);
        const resource = { id: record.id, name: record.name };
        await writeAudit(client, by, { account, workspace, action: 'api_key.created', resource });
      });
    await saveOnce(save, {
      isSaved: async () => (await findApiKeyByHash(deps.pool, record.sha256)) !== undefined,
    });
    await deps.delivered(record.id);
    response
      .status(201)
      .set('cache-control', 'no-store')
      .json({ ...toApiKey(record), key });
  };
}
