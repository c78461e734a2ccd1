import { setTimeout as delay } from 'node:timers/promises';
import { topics } from '@tributary/event-schemas';
import type { Pool } from '@tributary/postgres';
import type { Logger, Member } from '@tributary/service-runtime';
import { removeAudit } from './audit-log.ts';
import { announce } from './outbox.ts';
import { removeUsage } from './usage-store.ts';
import { removeDeleted } from './webhook-store.ts';

const DAY_MS = 86_400_000;
const BATCH = 100;
const AUDIT_BATCH = 1_000;

/**
 * Milliseconds that a deleted webhook stays known: a day more than requests are retained, so that no request of it is
 * read by a renderer that has never heard of it.
 */
const DELETED_RETENTION_MS = topics.requests.retentionMs + DAY_MS;

/** Takes away what was deleted before an instant and announces tombstones for it; resolves to how many. */
export async function sweepDeleted(pool: Pool, before: Date): Promise<number> {
  return pool.transaction(async (client) => {
    const ids = await removeDeleted(client, before, BATCH);
    for (const id of ids) await announce(client, { topic: topics.webhooks.name, key: id, value: null });
    await removeUsage(client, ids);
    return ids.length;
  });
}

/** Sweeps at intervals; instances side by side share the work. */
export function createSweeper({
  pool,
  auditDays,
  logger,
  intervalMs = 3_600_000,
}: {
  pool: Pool;
  /** Days that the audit log is kept. */
  auditDays: number;
  logger: Logger;
  intervalMs?: number;
}): Member {
  const stopped = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        const before = new Date(Date.now() - DELETED_RETENTION_MS);
        while ((await sweepDeleted(pool, before)) === BATCH && !stopped.signal.aborted);
        const oldest = new Date(Date.now() - auditDays * DAY_MS);
        while ((await removeAudit(pool, oldest, AUDIT_BATCH)) === AUDIT_BATCH && !stopped.signal.aborted);
      } catch (error) {
        logger.warn({ error }, 'could not sweep what has outlived its time');
      }
      await delay(intervalMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
    }
  }

  return {
    start: () => {
      running ??= run();
    },
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}
