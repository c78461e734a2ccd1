import { context as traceContexts } from '@opentelemetry/api';
import { backoffMs, wait } from './backoff.ts';
import { toDeadLetter } from './dead-letter.ts';
import type { DeadLetter } from './dead-letter.ts';
import { isRetryable, messageOf } from './errors.ts';
import type { Messaging } from './messaging.ts';
import type { PartitionBatch, PartitionContext, PartitionHandler } from './partition-task.ts';
import { workThrough } from './poison.ts';
import { startProcess } from './tracing.ts';
import { CommitError, TransactionalProducer } from './transactional-producer.ts';
import type { IncomingRecord, OutgoingRecord, TopicPartition } from './types.ts';

export interface TransformBatch {
  topic: string;
  partition: number;
  /** In the order of the partition; at least one. */
  records: IncomingRecord[];
  /** Ended when the partition is somebody else's: the result would be refused. */
  signal: AbortSignal;
  /** For long work between its parts: rejects when the result would be refused. */
  heartbeat(): Promise<void>;
}

export interface TransformResult {
  records: OutgoingRecord[];
  /** Records that are poison, in the same transaction. */
  deadLetters?: DeadLetter[];
  /** Runs once the transaction is known to be committed. What it does can be lost with the process. */
  afterCommit?: () => void;
}

/** A partition of the input that is being opened. */
export interface OpeningPartition extends TopicPartition {
  /** Ended when the partition is somebody else's, or this process stops. */
  signal: AbortSignal;
}

export interface TransformerOptions {
  groupId: string;
  topics: string[];
  /** The transactional id of an input partition is `prefix-topic-partition`. */
  transactionalIdPrefix: string;
  maxBatchRecords?: number;
  deadLetterTopic: string;
  /** Named in dead letters. */
  service: string;
  /**
   * Restores what `transform` keeps of a partition in a topic of its own, which it writes to as part of its result (see
   * `createFollower`). Runs whenever a partition is opened: at each assignment, and after a commit that failed. By then every former owner is
   * fenced, and each of its transactions has ended one way or the other; nothing is processed before this resolves.
   */
  restore?(partition: OpeningPartition): Promise<void>;
  /**
   * Called again with the same records after a failure. A retryable error (see {@link isRetryable}) is waited out for as
   * long as it lasts. Any other is tried five times, then the record that fails by itself goes to the dead letters.
   */
  transform(batch: TransformBatch): Promise<TransformResult>;
}

/** Fenced by an owner that may be the right one: its heartbeat tells within this time, and then we have no partition. */
const FENCED_WAIT_MS = 2_000;

/** The work on one assignment of an input partition. */
export function createTransformHandler(
  messaging: Messaging,
  options: TransformerOptions,
  context: PartitionContext,
): PartitionHandler {
  const { groupId, transactionalIdPrefix, maxBatchRecords = 500, deadLetterTopic, service } = options;
  const { topic, partition, revoked, ending } = context;
  const { logger, admin, maxRecordBytes } = messaging;
  const producer = new TransactionalProducer(messaging, `${transactionalIdPrefix}-${topic}-${partition}`);

  const letterOf = (letter: DeadLetter): OutgoingRecord =>
    toDeadLetter(letter, { topic: deadLetterTopic, service, maxRecordBytes });

  const open = async (): Promise<bigint> => {
    await producer.initialise();
    const committed = (await admin.committedOffsets(groupId, topic)).get(partition);
    await options.restore?.({ topic, partition, signal: ending });
    return committed ?? (await admin.partitionWatermarks(topic, partition)).low;
  };

  const transform = async (records: IncomingRecord[]): Promise<TransformResult> => {
    const { active, end } = startProcess(records, groupId);
    const heartbeat = () => (revoked.aborted ? Promise.reject(revoked.reason as Error) : Promise.resolve());
    const batch = { topic, partition, records, signal: revoked, heartbeat };
    try {
      const { deadLetters = [], ...result } = await traceContexts.with(active, () =>
        options.transform(batch),
      );
      const letters = deadLetters.map(letterOf);
      const produced = result.records.map((record) => ({ traceContext: active, ...record }));
      end();
      return { ...result, records: [...produced, ...letters] };
    } catch (error) {
      end(error);
      throw error;
    }
  };

  /**
   * Commits. Rejects with {@link Moved} when the partition then stands elsewhere than at `next`, and with an error that
   * is not retryable when Kafka would refuse these records always.
   */
  const commit = async (
    { records, afterCommit }: TransformResult,
    { first, next }: { first: bigint; next: bigint },
  ): Promise<void> => {
    try {
      await producer.commit(records, { groupId, topic, partition, next });
    } catch (error) {
      if (!(error instanceof CommitError)) throw error;
      logger.warn(
        { err: error, groupId, topic, partition },
        'a transaction failed, the partition is opened again',
      );
      const position = await reopen(error);
      if (!error.retryable && position <= first) throw error;
      // Initialising has ended the transaction one way or the other: it was committed if the position says so.
      if (position !== next) throw new Moved(position);
    }
    context.report(undefined);
    try {
      afterCommit?.();
    } catch (error) {
      logger.error({ err: error, groupId, topic, partition }, 'what follows a commit failed');
    }
  };

  const reopen = async (reason: CommitError): Promise<bigint> => {
    context.report(reason);
    // Initialising at once could fence the right owner in turn.
    if (reason.isFenced) await wait(FENCED_WAIT_MS, ending);
    for (let failures = 0; ; failures++) {
      ending.throwIfAborted();
      try {
        const position = await open();
        context.report(undefined);
        return position;
      } catch (error) {
        logger.debug(
          { groupId, topic, partition },
          `the partition could not be opened again: ${messageOf(error)}`,
        );
        await wait(backoffMs(failures, { maxMs: 1_000 }), ending);
      }
    }
  };

  /** Gives the position afterwards; it is not `next` when somebody else went on, or a commit came to nothing. */
  const processSlice = async (slice: IncomingRecord[], next: bigint): Promise<bigint> => {
    const settle = (records: IncomingRecord[], result: TransformResult): Promise<void> => {
      const last = records.at(-1)!;
      return commit(result, {
        first: records[0]!.offset,
        next: last === slice.at(-1) ? next : last.offset + 1n,
      });
    };
    try {
      await workThrough(slice, {
        attempt: async (records) => settle(records, await transform(records)),
        giveUp: async (record, error) => {
          await settle([record], { records: [letterOf({ record, reason: messageOf(error), error })] });
          logger.error(
            { err: error, topic, partition, offset: String(record.offset) },
            'a record went to the dead letters',
          );
        },
        isRetryable,
        endsWork: (error) => error instanceof Moved,
        onFailure: (error, failures) => {
          context.report(error);
          if (failures > 3 && failures % 20 !== 0) return;
          logger.warn({ err: error, topic, partition, failures }, 'transforming failed, it is tried again');
        },
        signal: ending,
      });
      return next;
    } catch (error) {
      if (error instanceof Moved) return error.position;
      throw error;
    }
  };

  const process = async ({ records, next }: PartitionBatch): Promise<bigint> => {
    if (records.length === 0) return next;
    for (let start = 0; start < records.length; start += maxBatchRecords) {
      const slice = records.slice(start, start + maxBatchRecords);
      const end = start + maxBatchRecords >= records.length ? next : slice.at(-1)!.offset + 1n;
      const position = await processSlice(slice, end);
      if (position !== end) return position;
      // Stopping: the rest is for the next owner.
      if (ending.aborted) return position;
    }
    return next;
  };

  return { open, process, close: () => producer.close() };
}

/** The partition stands elsewhere than the work in hand would have left it: it is read again from there. */
class Moved extends Error {
  readonly position: bigint;

  constructor(position: bigint) {
    super(`The partition stands at ${position}`);
    this.position = position;
  }
}
