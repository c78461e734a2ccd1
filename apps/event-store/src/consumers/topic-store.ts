import { recordHeaders } from '@tributary/event-schemas';
import { RetryableError } from '@tributary/messaging';
import type { IncomingRecord } from '@tributary/messaging';
import { isRetryable, storeOnce } from '@tributary/postgres';
import type { Place, PlacedBatch, Pool, Queryable } from '@tributary/postgres';
import type { PartitionFamily, Partitions } from '../partitions.ts';
import { joinWork } from './join-work.ts';

/** A row knows its partition: it is stored only together with that partition's position. */
export interface PartitionRow {
  partition: number;
}

/** Rows of some partitions of a topic, each partition in its order, with the positions that are to be moved. */
export interface RowBatch<Row> {
  topic: string;
  places: Place[];
  rows: Row[];
}

/** How the records of one topic become rows. */
export interface TopicRows<Row extends PartitionRow> {
  family: PartitionFamily;
  /** Undefined for a record that is not stored. Throws `PoisonRecordError` for one that is none of the topic's. */
  decode: (record: IncomingRecord) => Row | undefined;
  /** The day whose partition the row belongs to. */
  day: (row: Row) => string;
  /** Gives the partitions whose positions have moved: their rows are stored, no others. One statement. */
  write: (client: Queryable, batch: RowBatch<Row>) => Promise<number[]>;
}

export type Batch = PlacedBatch<IncomingRecord>;

interface DecodedBatch<Row> extends Place {
  topic: string;
  records: { offset: bigint; row: Row | undefined }[];
}

/** SQLSTATE check_violation: what Postgres says when a row's partition is missing. */
const NO_PARTITION = '23514';
/** Bytes of records that are stored by one statement, if no batch alone is larger. */
const MAX_JOINED_BYTES = 16_777_216;

/**
 * Stores batches of a topic: rows and position in one transaction, each record once. Batches of several partitions that
 * come together are stored by one statement. One that stands elsewhere than its reader believes, or that fails, goes its
 * own way, in a transaction that finds out why.
 */
export function createTopicStore<Row extends PartitionRow>(
  { pool, partitions }: { pool: Pool; partitions: Partitions },
  { family, decode, day, write }: TopicRows<Row>,
): (batch: Batch) => Promise<void> {
  const rowsOf = ({ records }: Pick<DecodedBatch<Row>, 'records'>): Row[] =>
    records.flatMap(({ row }) => (row === undefined ? [] : [row]));

  const storeTogether = joinWork<DecodedBatch<Row>>(
    async (batches) => {
      const moved = await write(pool, {
        topic: batches[0]!.topic,
        places: batches,
        rows: batches.flatMap(rowsOf),
      });
      return new Set(batches.filter(({ partition }) => moved.includes(partition)));
    },
    // Each of them is tried alone then, and the one that is to blame says why.
    { maxWeight: MAX_JOINED_BYTES, onFailure: () => undefined },
  );

  const storeAlone = (batch: DecodedBatch<Row>): Promise<void> =>
    storeOnce(pool, batch, async (client, fresh, place) => {
      const { topic, partition } = batch;
      const moved = await write(client, { topic, places: [place], rows: rowsOf({ records: fresh }) });
      if (!moved.includes(partition))
        throw new Error(`the position of ${topic} ${partition} moved while it was locked`);
    });

  return async function storeBatch({ topic, partition, from, next, records }) {
    const decoded = records.map((record) => {
      requireKnownVersion(record);
      return { offset: record.offset, row: decode(record) };
    });
    const batch = { topic, partition, from, next, records: decoded };
    const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    try {
      await partitions.ensure(family, rowsOf(batch).map(day));
      if (!(await storeTogether(batch, bytes))) await storeAlone(batch);
    } catch (error) {
      throw toRetryable(error, partitions);
    }
  };
}

/** A newer major version is no poison: a newer event store, which is being rolled out, can read it. */
function requireKnownVersion({ headers, topic, partition, offset }: IncomingRecord): void {
  const version = headers[recordHeaders.schemaVersion] ?? '1';
  if (version === '1') return;
  throw new RetryableError(
    `${topic} ${partition}/${offset} has schema version ${version}: a newer event store is needed`,
  );
}

function toRetryable(error: unknown, partitions: Partitions): unknown {
  if ((error as { code?: string }).code === NO_PARTITION) {
    // Retention, here or in another instance, dropped a partition that was believed to exist.
    partitions.forget();
    return new RetryableError('a partition was dropped meanwhile', { cause: error });
  }
  if (isRetryable(error)) return new RetryableError('Postgres cannot store now', { cause: error });
  return error;
}
