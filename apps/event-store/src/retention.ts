import type { Logger } from '@tributary/service-runtime';
import type { Pool } from '@tributary/postgres';
import { dayOf, PARTITIONS_LOCK } from './partitions.ts';
import type { Partitions } from './partitions.ts';
import { pruneReplays } from './replay-store.ts';

/** Days that each partitioned table is kept, the day of writing not counted. */
export interface RetentionDays {
  events: number;
  executions: number;
  requests: number;
}

const DAY_MS = 86_400_000;
/** Rows of `event_ids` deleted in one statement: short locks, little to repeat. */
const PRUNE_ROWS = 10_000;

/** A member of the lifecycle: makes partitions ahead and drops the old ones, now and at every interval. */
export function createRetention(
  pool: Pool,
  {
    partitions,
    days,
    intervalMs,
    logger,
    now = Date.now,
  }: { partitions: Partitions; days: RetentionDays; intervalMs: number; logger: Logger; now?: () => number },
) {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    try {
      await partitions.ensureAhead();
      const dropped = await dropExpired(pool, { days, now: now() });
      if (dropped.length === 0) return;
      partitions.forget();
      logger.info({ dropped }, 'retention dropped partitions');
    } catch (error) {
      logger.warn({ error }, 'retention did not finish; it is tried again');
    }
  }

  return {
    start: () => {
      running = run();
      timer = setInterval(() => {
        running = running.then(run);
      }, intervalMs);
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

/**
 * Drops the partitions whose whole day is older than the retention, and prunes the ids of the events that went with
 * them. Of several instances one does the work; the others return at once. Resolves to the names of what was dropped.
 */
export async function dropExpired(
  pool: Pool,
  { days, now }: { days: RetentionDays; now: number },
): Promise<string[]> {
  const keepDays = {
    events: days.events,
    event_resources: days.events,
    executions: days.executions,
    execution_requests: days.requests,
    execution_answers: days.requests,
  };
  return pool.transaction(async (client) => {
    const { rows } = await client.query<{ locked: boolean }>(
      'select pg_try_advisory_xact_lock($1) as locked',
      [PARTITIONS_LOCK + 1],
    );
    if (!rows[0]?.locked) return [];
    const dropped: string[] = [];
    for (const [table, keep] of Object.entries(keepDays)) {
      dropped.push(...(await dropOlder(pool, table, firstDayKept(now, keep))));
    }
    await pruneIds(pool, firstDayKept(now, days.events));
    await pruneReplays(pool, firstDayKept(now, days.executions));
    return dropped;
  });
}

function firstDayKept(now: number, days: number): string {
  return dayOf(now - days * DAY_MS);
}

/** Works on a connection of its own: detaching without blocking readers cannot be part of a transaction. */
async function dropOlder(pool: Pool, table: string, firstDay: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; attached: boolean; pending: boolean | null }>(
    `select c.relname as name, i.inhrelid is not null as attached, i.inhdetachpending as pending
       from pg_class c
       left join pg_inherits i on i.inhrelid = c.oid
      where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
        and c.relname ~ $1 and right(c.relname, 8) < $2
      order by c.relname`,
    [`^${table}_[0-9]{8}$`, firstDay.replaceAll('-', '')],
  );
  for (const { name, attached, pending } of rows) {
    // A detach that was interrupted stays pending, and is finished by another word.
    const how = pending ? 'finalize' : 'concurrently';
    if (attached) await pool.query(`alter table ${table} detach partition ${name} ${how}`);
    await pool.query(`drop table if exists ${name}`);
  }
  return rows.map(({ name }) => name);
}

async function pruneIds(pool: Pool, firstDay: string): Promise<void> {
  let pruned: number;
  do {
    ({ rowCount: pruned } = await pool.query(
      `delete from event_ids where ctid = any(array(
         select ctid from event_ids where received < $1::timestamptz limit ${PRUNE_ROWS}))`,
      [`${firstDay}T00:00:00Z`],
    ));
  } while (pruned === PRUNE_ROWS);
}
