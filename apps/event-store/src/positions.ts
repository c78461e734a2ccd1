import type { Pool, Queryable } from '@tributary/postgres';
import { PositionLostError } from './errors.ts';

/** A record's place on its partition, as far as storing it once needs to know. */
interface Placed {
  offset: bigint;
}

/** The next offset to read of each partition that anything was stored of. */
export async function readPositions(
  pool: Pool,
  topic: string,
  partitions: number[],
): Promise<Map<number, bigint>> {
  const { rows } = await pool.query<{ partition: number; next_offset: string }>(
    'select partition, next_offset from positions where topic = $1 and partition = any($2)',
    [topic, partitions],
  );
  return new Map(rows.map(({ partition, next_offset: next }) => [partition, BigInt(next)]));
}

/** Records of a partition in their order, the position that the reader believes to be stored, and the one after them. */
export interface PlacedBatch<T extends Placed> {
  topic: string;
  partition: number;
  records: T[];
  from: bigint;
  next: bigint;
}

/**
 * Stores a batch and moves the partition's position past it, in one transaction. The position is locked first: of two
 * instances that have the same records (one was stalled and has lost the partition without knowing it) the second waits,
 * finds the position moved, and stores only what is new to it. `write` gets these records, and is not called without any.
 */
export async function storeOnce<T extends Placed>(
  pool: Pool,
  { topic, partition, records, from, next }: PlacedBatch<T>,
  write: (client: Queryable, fresh: T[]) => Promise<void>,
): Promise<void> {
  await pool.transaction(async (client) => {
    const position = await lockPosition(client, topic, partition);
    if (position < from)
      throw new PositionLostError(
        `the position of ${topic} ${partition} went back from ${from} to ${position}`,
      );
    const fresh = records.filter(({ offset }) => offset >= position);
    if (fresh.length === 0) return;
    await write(client, fresh);
    const { rowCount } = await client.query(
      'update positions set next_offset = $3 where topic = $1 and partition = $2 and next_offset = $4',
      [topic, partition, next, position],
    );
    if (rowCount !== 1) throw new Error(`the position of ${topic} ${partition} moved while it was locked`);
  });
}

async function lockPosition(client: Queryable, topic: string, partition: number): Promise<bigint> {
  const { rows } = await client.query<{ next_offset: string }>(
    `insert into positions as known (topic, partition, next_offset) values ($1, $2, 0)
     on conflict (topic, partition) do update set next_offset = known.next_offset
     returning next_offset`,
    [topic, partition],
  );
  return BigInt(rows[0]!.next_offset);
}

/** Forgets the position of a partition: its topic was made anew, and its offsets count from the start again. */
export async function forgetPosition(pool: Pool, topic: string, partition: number): Promise<void> {
  await pool.query('delete from positions where topic = $1 and partition = $2', [topic, partition]);
}
