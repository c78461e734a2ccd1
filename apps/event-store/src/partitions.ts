import type { Pool, Queryable } from '@tributary/postgres';

/** The partitioned tables; those of one family always get their partitions together. */
const partitionedTables = {
  events: ['events', 'event_resources'],
  executions: ['executions', 'execution_requests', 'execution_answers'],
} as const;
export type PartitionFamily = keyof typeof partitionedTables;

/**
 * Every execution's row is written twice, its outcome soon after its request: with room in its page for the second
 * version, no index is touched again (https://www.postgresql.org/docs/current/storage-hot.html).
 */
const STORAGE: Record<string, string> = { executions: 'with (fillfactor = 45)' };

const DAY_MS = 86_400_000;

/** Partitions of today and this many days after it are always there before the first record of the day. */
const DAYS_AHEAD = 2;

/** Transactions that make or drop partitions, in any instance, take their turn by this advisory lock. */
export const PARTITIONS_LOCK = 0x7472_6962;

export interface Partitions {
  /** Makes the partitions of days (`2026-01-31`) that are missing. Cheap for days it has seen. */
  ensure: (family: PartitionFamily, days: Iterable<string>) => Promise<void>;
  /** Makes the partitions of today and the next days. */
  ensureAhead: () => Promise<void>;
  /** Forgets what it has seen: another instance may have dropped a partition. */
  forget: () => void;
}

/** The day of an instant, in UTC, as `2026-01-31`. */
export function dayOf(instant: Date | number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function nextDay(day: string): string {
  return dayOf(Date.parse(day) + DAY_MS);
}

/** Name of the partition of a day: `events_20260131`. */
function partitionName(table: string, day: string): string {
  return `${table}_${day.replaceAll('-', '')}`;
}

export function createPartitions(pool: Pool, { now = Date.now }: { now?: () => number } = {}): Partitions {
  const seen = new Set<string>();

  async function ensure(family: PartitionFamily, days: Iterable<string>): Promise<void> {
    const missing = [...new Set(days)].filter((day) => !seen.has(`${family} ${day}`));
    if (missing.length === 0) return;
    await pool.transaction(async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [PARTITIONS_LOCK]);
      for (const day of missing) {
        for (const table of partitionedTables[family]) await createPartition(client, table, day);
      }
    });
    for (const day of missing) seen.add(`${family} ${day}`);
  }

  return {
    ensure,
    ensureAhead: async () => {
      const days = Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) => dayOf(now() + ahead * DAY_MS));
      await ensure('events', days);
      await ensure('executions', days);
    },
    forget: () => {
      seen.clear();
    },
  };
}

/**
 * Makes a table like its parent and attaches it. `CREATE TABLE ... PARTITION OF` would lock the parent against readers
 * and writers; `ATTACH` does not (https://www.postgresql.org/docs/current/ddl-partitioning.html).
 */
async function createPartition(client: Queryable, table: string, day: string): Promise<void> {
  const name = partitionName(table, day);
  const { rows } = await client.query(
    `select from pg_inherits where inhparent = '${table}'::regclass and inhrelid = to_regclass('${name}')`,
  );
  if (rows.length > 0) return;
  // A table of that name without a parent was detached by a retention that did not get to dropping it.
  await client.query(`drop table if exists ${name}`);
  await client.query(`create table ${name} (like ${table} including all) ${STORAGE[table] ?? ''}`);
  await client.query(
    `alter table ${table} attach partition ${name} for values from ('${day}T00:00:00Z') to ('${nextDay(day)}T00:00:00Z')`,
  );
}
