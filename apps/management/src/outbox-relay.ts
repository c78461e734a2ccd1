import { setTimeout as delay } from 'node:timers/promises';
import type { OutgoingRecord } from '@tributary/messaging';
import type { Pool } from '@tributary/postgres';
import type { Health, Logger, Member } from '@tributary/service-runtime';
import { observeBacklog } from './metrics.ts';
import {
  forgetAnnouncements,
  isWaiting,
  lockOutbox,
  nextAnnouncements,
  outboxBacklog,
  toRecord,
} from './outbox.ts';
import type { OutboxRow } from './outbox.ts';

export interface OutboxRelayOptions {
  pool: Pool;
  /** Resolves when every in-sync replica has the record. */
  publish: (record: OutgoingRecord) => Promise<unknown>;
  logger: Logger;
  /** Milliseconds that {@link OutboxRelay.delivered} waits. */
  deliveryTimeoutMs: number;
  /** Milliseconds between looks at what another instance, or an earlier failure, has left. */
  pollIntervalMs?: number;
}

export interface OutboxRelay extends Required<Member> {
  /**
   * Resolves to true once every change of a key that was committed before the call is on Kafka, on all in-sync replicas;
   * to false when that took too long: it will still happen.
   */
  delivered: (key: string) => Promise<boolean>;
}

const BATCH = 100;

/**
 * Publishes the outbox, in order. Any instance does, right after its own commits and at intervals for what was left over;
 * a lock in Postgres lets one at a time. A record can be published twice (a process that ends before it has said so), but
 * not in another order.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const { pool, logger, deliveryTimeoutMs, pollIntervalMs = 1_000 } = options;
  const stopped = new AbortController();
  let polling: Promise<void> | undefined;
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let failures = 0;
  let backlog = { waiting: 0, oldestMs: 0 };
  const unobserve = observeBacklog(() => backlog);

  /** One at a time in this process; who asks during a run gets the next, since the run may have read before his commit. */
  function flush(): Promise<void> {
    if (!running) {
      running = publishAll(options).finally(() => {
        running = undefined;
      });
      return running;
    }
    following ??= running.catch(ignore).then(() => {
      following = undefined;
      return flush();
    });
    return following;
  }

  /** The failure of a run is told to those who wait for it; a poll comes again. */
  function ignore(): void {
    return undefined;
  }

  async function attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      failures = 0;
      return true;
    } catch (error) {
      failures += 1;
      if (failures % 20 === 1) logger.warn({ error, failures }, 'changes are saved and wait for Kafka');
      return false;
    }
  }

  async function deliver(key: string, deadline: number): Promise<boolean> {
    while (Date.now() < deadline && !stopped.signal.aborted) {
      if ((await attempt(flush)) && !(await isWaiting(pool, key))) return true;
      await delay(50);
    }
    return false;
  }

  async function poll(): Promise<void> {
    while (!stopped.signal.aborted) {
      await attempt(async () => {
        backlog = await outboxBacklog(pool);
        if (backlog.waiting > 0) await flush();
      });
      await delay(pollIntervalMs, undefined, { signal: stopped.signal }).catch(ignore);
    }
  }

  return {
    delivered: (key) => {
      const timeout = delay(deliveryTimeoutMs, false, { ref: false });
      return Promise.race([deliver(key, Date.now() + deliveryTimeoutMs), timeout]);
    },
    start: () => {
      polling ??= poll();
    },
    stop: async () => {
      stopped.abort();
      unobserve();
      await polling;
      await running?.catch(ignore);
    },
    // Kafka being away is no reason to take the API away: reading works, and changes are safe in the outbox.
    health: (): Health => ({
      healthy: !stopped.signal.aborted,
      detail: failures === 0 ? 'publishing' : `cannot publish; ${backlog.waiting} changes wait`,
    }),
  };
}

async function publishAll(options: OutboxRelayOptions): Promise<void> {
  let published: number;
  do {
    published = await publishBatch(options);
  } while (published === BATCH);
}

async function publishBatch({ pool, publish }: OutboxRelayOptions): Promise<number> {
  const { done, errors } = await pool.transaction(async (client) => {
    await lockOutbox(client);
    const rows = await nextAnnouncements(client, BATCH);
    const result = await publishRows(rows, publish);
    await forgetAnnouncements(client, result.done);
    return result;
  });
  // Thrown after the commit, so that what was published is forgotten all the same.
  if (errors.length > 0) throw errors[0];
  return done.length;
}

/** Publishes side by side, but a key's records one after the other, and none after one that failed. */
async function publishRows(
  rows: OutboxRow[],
  publish: OutboxRelayOptions['publish'],
): Promise<{ done: string[]; errors: unknown[] }> {
  const done: string[] = [];
  const errors: unknown[] = [];
  const byKey = Map.groupBy(rows, ({ topic, key }) => `${topic} ${key}`);
  await Promise.all(
    [...byKey.values()].map(async (ofKey) => {
      try {
        for (const row of ofKey) {
          await publish(toRecord(row));
          done.push(row.id);
        }
      } catch (error) {
        errors.push(error);
      }
    }),
  );
  return { done, errors };
}
