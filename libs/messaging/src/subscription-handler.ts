import { context as traceContexts } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { backoffMs, wait } from './backoff.ts';
import { isRetryable } from './errors.ts';
import type { Messaging } from './messaging.ts';
import type { PartitionMemory } from './partition-memory.ts';
import type { PartitionBatch, PartitionContext, PartitionHandler } from './partition-task.ts';
import { workThrough } from './poison.ts';
import { startProcess } from './tracing.ts';
import type { IncomingRecord } from './types.ts';

export interface SubscriptionContext {
  /**
   * Ends when the partition is somebody else's, or when stopping has waited long enough: the work is then repeated. A
   * rebalance that leaves the partition here does not end it.
   */
  signal: AbortSignal;
  /** The span of this attempt, a child of the sender's. */
  traceContext: Context;
  /** From 1. */
  attempt: number;
}

export interface SubscriptionOptions {
  groupId: string;
  topics: string[];
  /** Where a group begins that has no position yet. */
  from: 'beginning' | 'end';
  /** How often a record is tried. */
  attempts?: number;
  /** Milliseconds between attempts: the first, doubled each time up to the longest. */
  backoff?: { firstMs?: number; maxMs?: number };
  /**
   * One record, after all that stand before it in its partition. A retryable error (see {@link isRetryable}) is waited
   * out for as long as it lasts; after any other it is called again, until `attempts` are used up.
   */
  handle(record: IncomingRecord, context: SubscriptionContext): Promise<void>;
  /** Takes what failed. Repeated for as long as it rejects; until then the partition waits. */
  giveUp(record: IncomingRecord, error: unknown, context: SubscriptionContext): Promise<void>;
}

/**
 * Milliseconds after which a batch is left for a moment, so that what was done of it is committed: of slow records a crash
 * then repeats few.
 */
const SLICE_MS = 1_000;

const nothing = () => undefined;

/** The work on one assignment of a partition. */
export function createSubscriptionHandler({
  messaging,
  options,
  context,
  memory,
}: {
  messaging: Messaging;
  options: SubscriptionOptions;
  context: PartitionContext;
  memory: PartitionMemory;
}): PartitionHandler {
  const { groupId, from, attempts = 5, backoff } = options;
  const { topic, partition, ending } = context;
  const { admin, logger } = messaging;
  const delayMs = (failures: number) => backoffMs(failures - 1, backoff);

  memory.assign(context);

  /** A handler of the former assignment may be at work yet: until it is done nobody knows where to go on. */
  const formerIsDone = async (): Promise<void> => {
    const ended = new Promise<void>((resolve) => {
      ending.addEventListener('abort', () => {
        resolve();
      });
    });
    await Promise.race([memory.running, ended]);
    ending.throwIfAborted();
  };

  const open = async (): Promise<bigint> => {
    await formerIsDone();
    const [committed, watermarks] = await Promise.all([
      admin.committedOffsets(groupId, topic),
      admin.watermarks(topic),
    ]);
    const { low, high } = watermarks.find((entry) => entry.partition === partition)!;
    const position = committed.get(partition) ?? (from === 'end' ? high : low);
    // Beyond the end: the topic was made anew, and offsets mean something else.
    if (memory.handled > position && memory.handled <= high) return memory.handled;
    if (position >= low) return position;
    logger.error(
      { topic, partition, position: String(position), low: String(low) },
      'records were deleted by retention before this group read them',
    );
    return low;
  };

  /** Runs with a span of its own. */
  const traced = async (
    record: IncomingRecord,
    attempt: number,
    work: (context: SubscriptionContext) => Promise<void>,
  ): Promise<void> => {
    const { active, end } = startProcess([record], groupId);
    try {
      await traceContexts.with(active, () => work({ signal: memory.lost, traceContext: active, attempt }));
      end();
    } catch (error) {
      end(error);
      throw error;
    }
  };

  const warn = (record: IncomingRecord, error: unknown, failures: number): void => {
    context.report(error);
    if (failures > 3 && failures % 20 !== 0) return;
    const fields = { err: error, topic, partition, offset: String(record.offset), failures };
    logger.warn(fields, 'a record was not handled, it is tried again');
  };

  const giveUp = async (record: IncomingRecord, cause: unknown, attempt: number): Promise<void> => {
    for (let failures = 1; ; failures++) {
      try {
        await traced(record, attempt, (details) => options.giveUp(record, cause, details));
        return;
      } catch (error) {
        warn(record, error, failures);
      }
      await wait(delayMs(failures), ending);
    }
  };

  const handle = async (record: IncomingRecord): Promise<void> => {
    let attempt = 0;
    await workThrough(
      [record],
      {
        attempt: () => traced(record, ++attempt, (details) => options.handle(record, details)),
        giveUp: (_record, error) => giveUp(record, error, attempt),
        isRetryable,
        onFailure: (error, failures) => {
          warn(record, error, failures);
        },
        signal: ending,
        backoffMs: delayMs,
      },
      attempts,
    );
    context.report(undefined);
    memory.handled = record.offset + 1n;
  };

  const handleAlone = async (record: IncomingRecord): Promise<void> => {
    const work = handle(record);
    memory.running = work.then(nothing, nothing);
    await work;
  };

  const process = async ({ records, next }: PartitionBatch): Promise<bigint> => {
    const leaveAt = performance.now() + SLICE_MS;
    for (const [index, record] of records.entries()) {
      // What was done is committed, whatever becomes of the rest.
      if (index > 0 && (ending.aborted || performance.now() > leaveAt)) return record.offset;
      try {
        await handleAlone(record);
      } catch (error) {
        if (index === 0) throw error;
        return record.offset;
      }
    }
    return next;
  };

  return { open, process, close: () => Promise.resolve() };
}
