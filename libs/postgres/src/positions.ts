/**
 * Positions of a reader, kept beside what it stores, so that each record is stored once, whatever happens to the process
 * or to Kafka's own offsets. The schema has the table for it:
 *
 *     CREATE TABLE positions (
 *       topic text NOT NULL, partition integer NOT NULL, next_offset bigint NOT NULL, PRIMARY KEY (topic, partition)
 *     )
 */
import type { Pool, Queryable } from './pool.ts';

/**
 * The database knows less than this process has stored: it was set back to a backup. What lies between has to be read
 * again, which a new assignment of the partition does; until then nothing is stored, since a gap would stay for ever.
 */
export class PositionLostError extends Error {
  override readonly name = 'PositionLostError';
  /** Once the partition is assigned anew. */
  readonly retryable = true;
}

/** A record's place on its partition, as far as storing it once needs to know. */
interface Placed {
  offset: bigint;
}

/** What a reader asks of its positions: as the sink of `libs/messaging` takes it. */
export interface StoredPositions {
  /** The next offset to read of each partition that anything was stored of. */
  positions: (topic: string, partitions: number[]) => Promise<Map<number, bigint>>;
  /** For a partition whose topic was made anew, so that its offsets count from the start again. */
  forgetPosition: (topic: string, partition: number) => Promise<void>;
}

export function storedPositions(pool: Pool): StoredPositions {
  return {
    positions: async (topic, partitions) => {
      const { rows } = await pool.query<{ partition: number; next_offset: string }>(
        'select partition, next_offset from positions where topic = $1 and partition = any($2)',
        [topic, partitions],
      );
      return new Map(rows.map(({ partition, next_offset: next }) => [partition, BigInt(next)]));
    },
    forgetPosition: async (topic, partition) => {
      await pool.query('delete from positions where topic = $1 and partition = $2', [topic, partition]);
    },
  };
}

/** Where a batch stands on its partition: the position that its reader believes to be stored, and the one after it. */
export interface Place {
  partition: number;
  from: bigint;
  next: bigint;
}

/** Records of a partition, in their order. */
export interface PlacedBatch<T extends Placed> extends Place {
  topic: string;
  records: T[];
}

/**
 * Part of a statement that stores rows, its first four parameters being {@link placeParameters}: sets the positions
 * of those partitions that stand where they are believed to, and names them in `moved`. Rows of no other may be written.
 * A concurrent writer of the same partition is waited for, and then the position is another one.
 */
export const MOVED = `moved as (
    update positions as known set next_offset = place.next_offset
      from unnest($2::int[], $3::bigint[], $4::bigint[]) as place (partition, from_offset, next_offset)
     where known.topic = $1 and known.partition = place.partition and known.next_offset = place.from_offset
    returning known.partition
  )`;

/**
 * The condition for a row of such a statement. The planner would join rows whose number it does not know with `moved` by a
 * nested loop; out of a `coalesce` it takes no join.
 */
export const IS_MOVED = 'coalesce(partition in (select partition from moved), false)';

/** How many parameters {@link placeParameters} gives. */
export const PLACE_PARAMETERS = 4;

/** The parameters of {@link MOVED}. */
export function placeParameters(topic: string, places: Place[]): unknown[] {
  return [
    topic,
    places.map(({ partition }) => partition),
    places.map(({ from }) => String(from)),
    places.map(({ next }) => String(next)),
  ];
}

/**
 * Stores a batch and moves the partition's position past it, in one transaction. The position is locked first: of two
 * instances that have the same records (one was stalled and has lost the partition without knowing it) the second waits,
 * finds the position moved, and stores only what is new to it. `write` gets these records and the place where they begin,
 * and is not called without any record.
 */
export async function storeOnce<T extends Placed>(
  pool: Pool,
  { topic, partition, records, from, next }: PlacedBatch<T>,
  write: (client: Queryable, fresh: T[], place: Place) => Promise<void>,
): Promise<void> {
  await pool.transaction(async (client) => {
    const position = await lockPosition(client, topic, partition);
    if (position < from)
      throw new PositionLostError(
        `the position of ${topic} ${partition} went back from ${from} to ${position}`,
      );
    const fresh = records.filter(({ offset }) => offset >= position);
    if (fresh.length === 0) return;
    await write(client, fresh, { partition, from: position, next });
    await client.query('update positions set next_offset = $3 where topic = $1 and partition = $2', [
      topic,
      partition,
      next,
    ]);
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
