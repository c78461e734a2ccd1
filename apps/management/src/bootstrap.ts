import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { hashApiKey } from '@tributary/api-auth';
import { scopes } from '@tributary/event-schemas';
import { isRetryable } from '@tributary/postgres';
import type { Pool } from '@tributary/postgres';
import type { Logger, Member } from '@tributary/service-runtime';
import { deleteBootstrapKeys, findApiKeyByHash, insertApiKey, widenBootstrapKey } from './api-key-store.ts';
import { toInstant } from './webhook-store.ts';
import { ensureWorkspace } from './workspace-store.ts';

/** What a fresh installation starts from. */
export interface Bootstrap {
  account: string;
  workspace: string;
  apiKey: string;
}

const HANDLE = 'default';

/**
 * Makes sure that the account, the workspace and the key of the configuration exist, and that the key has every scope. A
 * key that an earlier configuration named is deleted. Instances that start together wait for each other.
 */
async function ensureBootstrap(pool: Pool, { account, workspace, apiKey }: Bootstrap): Promise<void> {
  await pool.transaction(async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('tributary.management.bootstrap', 0))`);
    await ensureWorkspace(client, { account, workspace, handle: HANDLE });
    const sha256 = hashApiKey(apiKey);
    if (await findApiKeyByHash(client, sha256)) {
      await widenBootstrapKey(client, { sha256, scopes: [...scopes] });
      return;
    }
    await deleteBootstrapKeys(client, workspace);
    const record = {
      id: randomUUID(),
      account,
      workspace,
      name: 'bootstrap',
      sha256,
      scopes: [...scopes],
      created: toInstant(new Date()),
      expires: null,
    };
    await insertApiKey(client, record, { bootstrap: true });
  });
}

/** Bootstraps at the start, waiting for a database that is not there yet. */
export function createBootstrapper(
  pool: Pool,
  bootstrap: Bootstrap | undefined,
  { logger, retryIntervalMs = 1_000 }: { logger: Logger; retryIntervalMs?: number },
): Member {
  const stopped = new AbortController();
  return {
    start: async () => {
      while (bootstrap && !stopped.signal.aborted) {
        try {
          await ensureBootstrap(pool, bootstrap);
          return;
        } catch (error) {
          if (!isRetryable(error)) throw error;
          logger.warn({ error }, 'waiting for the database');
          await delay(retryIntervalMs, undefined, { signal: stopped.signal }).catch(() => undefined);
        }
      }
    },
    stop: () => {
      stopped.abort();
    },
  };
}
