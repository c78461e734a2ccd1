import { AssignedConsumer } from './assigned-consumer.ts';
import { MessagingError } from './errors.ts';
import type { Messaging } from './messaging.ts';
import type { IncomingRecord, TopicPartition } from './types.ts';

/** How to read a partition to its end. */
export interface ReadToEndOptions {
  /** Offset to begin at; the first one there is when absent, or when the partition has no such offset any more. */
  from?: bigint | undefined;
  onRecord: (record: IncomingRecord) => void;
  /** Ends the reading, which then rejects. */
  signal: AbortSignal;
}

/**
 * Reads what a partition holds now, committed records only, and gives the offset that follows them. An empty partition
 * costs one question to the broker. A transaction that is open in the partition is waited for.
 */
export async function readToEnd(
  messaging: Messaging,
  { topic, partition }: TopicPartition,
  { from, onRecord, signal }: ReadToEndOptions,
): Promise<bigint> {
  const marks = (await messaging.admin.watermarks(topic)).find((entry) => entry.partition === partition);
  if (marks === undefined)
    throw new MessagingError('unknown_topic', `The topic ${topic} has no partition ${partition}.`);
  const { low, high } = marks;
  const begin = from === undefined || from < low || from > high ? low : from;
  if (begin >= high) return high;

  let settle: (() => void) | undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const isDone = (): boolean => (consumer.positions.get(partition) ?? begin) >= high;
  const consumer = new AssignedConsumer(messaging, {
    topic,
    name: `state-${topic}-${partition}`,
    from: new Map([[partition, begin]]),
    onRecord,
    onProgress: () => {
      if (isDone()) settle?.();
    },
  });
  const stop = (): void => settle?.();
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    void consumer.start();
    await settled;
    signal.throwIfAborted();
    return consumer.positions.get(partition)!;
  } finally {
    signal.removeEventListener('abort', stop);
    await consumer.stop();
  }
}
