import { context, propagation } from '@opentelemetry/api';
import { recordHeaders } from '@tributary/event-schemas';
import type { OutgoingRecord } from '@tributary/messaging';
import type { Queryable } from '@tributary/postgres';

/** What is to be published once the transaction is committed; a null value is a tombstone. */
export interface Announcement {
  topic: string;
  key: string;
  value: object | null;
}

export interface OutboxRow {
  id: string;
  topic: string;
  key: string;
  value: string | null;
  trace: Record<string, string>;
}

/** Writes an announcement in the transaction of the change that it tells of. */
export async function announce(client: Queryable, { topic, key, value }: Announcement): Promise<void> {
  const trace: Record<string, string> = {};
  propagation.inject(context.active(), trace);
  await client.query('INSERT INTO outbox (topic, key, value, trace) VALUES ($1, $2, $3, $4)', [
    topic,
    key,
    value === null ? null : JSON.stringify(value),
    trace,
  ]);
}

/**
 * Waits for, and holds until the end of the transaction, what lets one instance at a time publish: records of one key
 * must not overtake each other on their way to Kafka.
 */
export async function lockOutbox(client: Queryable): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('tributary.management.outbox', 0))`);
}

export async function nextAnnouncements(client: Queryable, limit: number): Promise<OutboxRow[]> {
  const { rows } = await client.query<OutboxRow>(
    'SELECT id, topic, key, value, trace FROM outbox ORDER BY id LIMIT $1',
    [limit],
  );
  return rows;
}

export async function forgetAnnouncements(client: Queryable, ids: string[]): Promise<void> {
  if (ids.length > 0) await client.query('DELETE FROM outbox WHERE id = ANY($1::bigint[])', [ids]);
}

/** Whether a change of a key is committed and not yet known to be on Kafka. */
export async function isWaiting(client: Queryable, key: string): Promise<boolean> {
  const { rows } = await client.query<{ waiting: boolean }>(
    'SELECT EXISTS (SELECT FROM outbox WHERE key = $1) AS waiting',
    [key],
    { name: 'outbox-waiting' },
  );
  return rows[0]?.waiting === true;
}

/** How many announcements wait, and for how many milliseconds the oldest. */
export async function outboxBacklog(client: Queryable): Promise<{ waiting: number; oldestMs: number }> {
  const { rows } = await client.query<{ waiting: number; oldestMs: number }>(
    `SELECT count(*)::int AS waiting,
       coalesce(extract(epoch FROM clock_timestamp() - min(created)) * 1000, 0)::float8 AS "oldestMs" FROM outbox`,
  );
  return rows[0] ?? { waiting: 0, oldestMs: 0 };
}

export function toRecord({ topic, key, value, trace }: OutboxRow): OutgoingRecord {
  return {
    topic,
    key,
    value,
    headers: { [recordHeaders.schemaVersion]: '1' },
    traceContext: propagation.extract(context.active(), trace),
  };
}
