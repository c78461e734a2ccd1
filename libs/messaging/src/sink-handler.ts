import { context as traceContexts } from '@opentelemetry/api';
import { toDeadLetter } from './dead-letter.ts';
import { isRetryable, messageOf } from './errors.ts';
import type { Messaging } from './messaging.ts';
import type { PartitionBatch, PartitionContext, PartitionHandler } from './partition-task.ts';
import { workThrough } from './poison.ts';
import type { Publisher } from './publisher.ts';
import { startProcess } from './tracing.ts';
import type { IncomingRecord } from './types.ts';

export interface SinkBatch {
  topic: string;
  partition: number;
  /** In the order of the partition; at least one. */
  records: IncomingRecord[];
  /** What the store holds as its position now: what it compares with before it sets `next`. */
  from: bigint;
  /** The position once these records are stored. Not always the last offset + 1: markers of transactions count too. */
  next: bigint;
  signal: AbortSignal;
  /** For long work between its parts: rejects when the partition is somebody else's. */
  heartbeat(): Promise<void>;
}

export interface SinkOptions {
  groupId: string;
  topics: string[];
  maxBatchRecords?: number;
  /** Bytes that one fetch of a partition brings at most, if no single record is larger. */
  maxBatchBytes?: number;
  /**
   * Milliseconds that records may wait for others, so that fewer and larger batches are stored; 64 KiB are not waited
   * for. A store pays per batch more than per record.
   */
  lingerMs?: number;
  deadLetterTopic: string;
  /** Named in dead letters. */
  service: string;
  /** The next offset to read, for each partition that the store knows; the others begin at the topic's start. */
  positions(topic: string, partitions: number[]): Promise<Map<number, bigint>>;
  /** Told of a partition whose position lies beyond its end: its topic was made anew, and is read from its start. */
  forgetPosition(topic: string, partition: number): Promise<void>;
  /**
   * Stores records and position, both or neither; called again after a failure. A retryable error (see
   * {@link isRetryable}) is waited out for as long as it lasts. Any other is tried five times, then the record that
   * fails by itself goes to the dead letters, and the next records are stored over its place.
   */
  store(batch: SinkBatch): Promise<void>;
}

interface SinkHandlerOptions {
  messaging: Messaging;
  options: SinkOptions;
  letters: Publisher;
  context: PartitionContext;
}

/** The work on one assignment of a partition. */
export function createSinkHandler({
  messaging,
  options,
  letters,
  context,
}: SinkHandlerOptions): PartitionHandler {
  const { groupId, maxBatchRecords = 1_000, deadLetterTopic, service } = options;
  const { topic, partition, revoked, ending } = context;
  const { logger, admin, maxRecordBytes } = messaging;
  /** As the store has it. */
  let stored = 0n;

  const open = async (): Promise<bigint> => {
    const known = (await options.positions(topic, [partition])).get(partition);
    const { low, high } = await admin.partitionWatermarks(topic, partition);
    if (known !== undefined && known <= high) return (stored = known);
    if (known !== undefined) {
      const position = String(known);
      logger.warn({ topic, partition, position }, 'the topic was made anew: it is read from its start');
      await options.forgetPosition(topic, partition);
    }
    stored = 0n;
    return low;
  };

  const store = async (records: IncomingRecord[], next: bigint): Promise<void> => {
    const { active, end } = startProcess(records, groupId);
    const heartbeat = () => (revoked.aborted ? Promise.reject(revoked.reason as Error) : Promise.resolve());
    const batch = { topic, partition, records, from: stored, next, signal: revoked, heartbeat };
    try {
      await traceContexts.with(active, () => options.store(batch));
      end();
    } catch (error) {
      end(error);
      throw error;
    }
    stored = next;
    context.report(undefined);
  };

  const putAside = async (record: IncomingRecord, error: unknown): Promise<void> => {
    const letter = { record, reason: messageOf(error), error };
    await letters.publish(toDeadLetter(letter, { topic: deadLetterTopic, service, maxRecordBytes }));
    context.report(undefined);
    logger.error(
      { err: error, topic, partition, offset: String(record.offset) },
      'a record went to the dead letters',
    );
  };

  const processSlice = (slice: IncomingRecord[], next: bigint): Promise<void> =>
    workThrough(slice, {
      attempt: (records) => {
        const last = records.at(-1)!;
        return store(records, last === slice.at(-1) ? next : last.offset + 1n);
      },
      giveUp: putAside,
      isRetryable,
      onFailure: (error, failures) => {
        context.report(error);
        if (failures > 3 && failures % 20 !== 0) return;
        logger.warn({ err: error, topic, partition, failures }, 'storing failed, it is tried again');
      },
      signal: ending,
    });

  const process = async ({ records, next }: PartitionBatch): Promise<bigint> => {
    for (let start = 0; start < records.length; start += maxBatchRecords) {
      const slice = records.slice(start, start + maxBatchRecords);
      const end = start + maxBatchRecords >= records.length ? next : slice.at(-1)!.offset + 1n;
      await processSlice(slice, end);
      // Stopping: the rest is for the next owner.
      if (ending.aborted) return end;
    }
    return next;
  };

  return { open, process, close: () => Promise.resolve() };
}
