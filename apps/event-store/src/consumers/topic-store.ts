import { recordHeaders } from '@tributary/event-schemas';
import { RetryableError } from '@tributary/messaging';
import type { IncomingRecord } from '@tributary/messaging';
import { isRetryable } from '@tributary/postgres';
import type { Pool, Queryable } from '@tributary/postgres';
import type { PartitionFamily, Partitions } from '../partitions.ts';
import { PositionLostError } from '../errors.ts';
import { storeOnce } from '../positions.ts';
import type { PlacedBatch } from '../positions.ts';

/** How the records of one topic become rows. */
export interface TopicRows<Row> {
  family: PartitionFamily;
  /** Throws `PoisonRecordError` for a record that is none of the topic's. */
  decode: (record: IncomingRecord) => Row;
  /** The day whose partition the row belongs to. */
  day: (row: Row) => string;
  write: (client: Queryable, rows: Row[]) => Promise<void>;
}

export type Batch = PlacedBatch<IncomingRecord>;

/** SQLSTATE check_violation: what Postgres says when a row's partition is missing. */
const NO_PARTITION = '23514';

/** Stores batches of a topic: rows and position in one transaction, each record once. */
export function createTopicStore<Row>(
  { pool, partitions }: { pool: Pool; partitions: Partitions },
  { family, decode, day, write }: TopicRows<Row>,
): (batch: Batch) => Promise<void> {
  return async function storeBatch({ records, ...place }) {
    const decoded = records.map((record) => {
      requireKnownVersion(record);
      return { offset: record.offset, row: decode(record) };
    });
    try {
      await partitions.ensure(
        family,
        decoded.map(({ row }) => day(row)),
      );
      await storeOnce(pool, { ...place, records: decoded }, (client, fresh) =>
        write(
          client,
          fresh.map(({ row }) => row),
        ),
      );
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
  if (error instanceof PositionLostError) return new RetryableError(error.message, { cause: error });
  if (isRetryable(error)) return new RetryableError('Postgres cannot store now', { cause: error });
  return error;
}
