import { RetryableError } from '@tributary/messaging';
import type { IncomingRecord, SinkBatch } from '@tributary/messaging';
import type { Pool, Queryable } from '@tributary/postgres';

/** The next offset to read of each partition that anything was stored of. */
export async function readPositions(
  pool: Pool,
  topic: string,
  partitions: number[],
): Promise<Map<number, bigint>> {
  const { rows } = await pool.query<{ partition: number; next_offset: string }>(
    'SELECT partition, next_offset FROM positions WHERE topic = $1 AND partition = ANY($2)',
    [topic, partitions],
  );
  return new Map(rows.map(({ partition, next_offset: next }) => [partition, BigInt(next)]));
}

/**
 * Stores a batch and moves the partition's position past it, in one transaction. The position is locked first: an
 * instance that has lost the partition without knowing it stores only what no other has stored.
 */
export async function storeOnce(
  pool: Pool,
  {
    topic,
    partition,
    records,
    from,
    next,
  }: Pick<SinkBatch, 'topic' | 'partition' | 'records' | 'from' | 'next'>,
  write: (client: Queryable, fresh: IncomingRecord[]) => Promise<void>,
): Promise<void> {
  await pool.transaction(async (client) => {
    const { rows } = await client.query<{ next_offset: string }>(
      `INSERT INTO positions AS known (topic, partition, next_offset) VALUES ($1, $2, 0)
       ON CONFLICT (topic, partition) DO UPDATE SET next_offset = known.next_offset
       RETURNING next_offset`,
      [topic, partition],
    );
    const position = BigInt(rows[0]!.next_offset);
    if (position < from) throw new RetryableError(`the position of ${topic} ${partition} went back`);
    const fresh = records.filter(({ offset }) => offset >= position);
    if (fresh.length === 0) return;
    await write(client, fresh);
    await client.query('UPDATE positions SET next_offset = $3 WHERE topic = $1 AND partition = $2', [
      topic,
      partition,
      next,
    ]);
  });
}

/** Forgets the position of a partition: its topic was made anew, and its offsets count from the start again. */
export async function forgetPosition(pool: Pool, topic: string, partition: number): Promise<void> {
  await pool.query('DELETE FROM positions WHERE topic = $1 AND partition = $2', [topic, partition]);
}
