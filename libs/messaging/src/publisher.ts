import type { Span } from '@opentelemetry/api';
import { wait } from './backoff.ts';
import { MessagingError, toMessagingError } from './errors.ts';
import type { Messaging } from './messaging.ts';
import { recordPublishDuration } from './metrics.ts';
import { PublisherLane } from './publisher-lane.ts';
import { checkSize, choosePartition, recordBytes, toMessage } from './records.ts';
import { endSpan, startSend } from './tracing.ts';
import type { Health, OutgoingRecord, RecordPosition } from './types.ts';

export interface PublisherOptions {
  /** Idempotent producers, each with one request in flight. */
  producers?: number;
  /**
   * What is in order within a partition. `published` (the default): records that are published one after the other, so a
   * partition has one producer and one request in flight. `acknowledged`: a record that is published after another was
   * acknowledged; then a single busy partition keeps all producers at work.
   */
  order?: 'published' | 'acknowledged';
  /** Bytes that may wait or be in flight; beyond, `publish` rejects with `overloaded`. */
  maxQueuedBytes?: number;
  maxQueuedRecords?: number;
  /** Milliseconds until a record that is not acknowledged is rejected with `unavailable`. */
  timeoutMs?: number;
}

export interface Publisher {
  /** Resolves when Kafka answers; tries until it does, or until stopped. */
  start(): Promise<void>;
  /**
   * Resolves when every in-sync replica has the record; then it is never lost. Rejects with a {@link MessagingError}:
   * then it may be written or not, and nothing more is done about it. Records of one partition keep an order, see
   * `order` of {@link PublisherOptions}.
   */
  publish(record: OutgoingRecord): Promise<RecordPosition>;
  /** Takes no more, waits for what was taken, disconnects. */
  stop(): Promise<void>;
  health(): Health;
}

/** Micro-batched, idempotent, bounded. */
export function createPublisher(
  messaging: Messaging,
  {
    producers = 2,
    order = 'published',
    maxQueuedBytes = 64 * 1024 * 1024,
    maxQueuedRecords = 20_000,
    timeoutMs = 10_000,
  }: PublisherOptions = {},
): Publisher {
  const lanes = Array.from({ length: producers }, () => new PublisherLane(messaging));
  let queuedBytes = 0;
  let queuedRecords = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;

  const refuse = (bytes: number): MessagingError | undefined => {
    if (stopping !== undefined) return new MessagingError('closed', 'The publisher is stopped.');
    if (queuedBytes + bytes <= maxQueuedBytes && queuedRecords < maxQueuedRecords) return undefined;
    return new MessagingError(
      'overloaded',
      `${queuedRecords} records of ${queuedBytes} bytes wait for Kafka already.`,
    );
  };

  const enqueue = (
    record: OutgoingRecord,
    count: number,
    { span, bytes, headers }: Sendable,
  ): Promise<RecordPosition> =>
    new Promise((resolve, reject) => {
      const partition = choosePartition(record, count);
      const started = performance.now();
      const settle = (error?: MessagingError) => {
        queuedBytes -= bytes;
        queuedRecords -= 1;
        recordPublishDuration(record.topic, performance.now() - started);
        endSpan(span, error);
      };
      queuedBytes += bytes;
      queuedRecords += 1;
      const lane = order === 'published' ? laneOf(lanes, record.topic, partition) : cheapest(lanes);
      lane.enqueue({
        topic: record.topic,
        partition,
        bytes,
        message: toMessage(record, { partition, headers }),
        deadline: started + timeoutMs,
        resolve: (position) => {
          settle();
          resolve(position);
        },
        reject: (error) => {
          settle(error);
          reject(error);
        },
      });
    });

  const publish = async (record: OutgoingRecord): Promise<RecordPosition> => {
    const { span, headers } = startSend(record);
    try {
      const bytes = recordBytes({ ...record, headers });
      checkSize(record.topic, bytes, { max: messaging.maxRecordBytes });
      const count =
        messaging.topics.known(record.topic) ?? (await messaging.topics.partitionCount(record.topic));
      const refusal = refuse(bytes);
      if (refusal !== undefined) throw refusal;
      return await enqueue(record, count, { span, bytes, headers });
    } catch (error) {
      endSpan(span, error);
      throw toMessagingError(error, `Publishing to ${record.topic} failed`);
    }
  };

  const start = async (): Promise<void> => {
    timer ??= setInterval(
      () => {
        const now = performance.now();
        for (const lane of lanes) lane.expire(now);
      },
      Math.min(100, timeoutMs),
    ).unref();
    await Promise.all(lanes.map((lane) => lane.start()));
  };

  const drain = async (): Promise<void> => {
    // Bounded, since every record has a deadline; those that no timer would expire are rejected here.
    while (lanes.some((lane) => !lane.isIdle)) {
      for (const lane of lanes) lane.expire(performance.now());
      await wait(5);
    }
    clearInterval(timer);
    await Promise.all(lanes.map((lane) => lane.stop()));
  };

  return {
    start,
    publish,
    stop: () => (stopping ??= drain()),
    health: () => {
      const failure = lanes.map((lane) => lane.failure).find((text) => text !== undefined);
      return { healthy: failure === undefined, detail: failure ?? `${queuedRecords} records wait` };
    },
  };
}

interface Sendable {
  span: Span;
  bytes: number;
  headers: Record<string, string>;
}

/** Always the same lane for a partition: two of them would not keep its order. */
function laneOf(lanes: PublisherLane[], topic: string, partition: number): PublisherLane {
  return lanes[(partition + topic.length) % lanes.length]!;
}

/**
 * One where records gather already, so that under load few requests carry many records: each request costs the broker
 * and this process about as much as ten records do. Else where the least waits.
 */
function cheapest(lanes: PublisherLane[]): PublisherLane {
  for (const lane of lanes) if (lane.isGathering) return lane;
  return lanes.reduce((best, lane) => (lane.waiting < best.waiting ? lane : best));
}
