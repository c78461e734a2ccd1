import { AssignedConsumer } from './assigned-consumer.ts';
import { MessagingError } from './errors.ts';
import type { Messaging } from './messaging.ts';
import type { Health, IncomingRecord } from './types.ts';

export interface FollowerOptions {
  topic: string;
  /** Committed records only; those of a partition in their order, each once while the follower lives. */
  onRecord: (record: IncomingRecord) => void;
}

/** Reads a topic that this process writes to, for the state that it keeps there. */
export interface Follower {
  /**
   * Resolves when all was read that the partition held at the call, to where its first open transaction begins: who has to
   * see the end of that one fences its producer before. Rejects when the signal ends the waiting, and with a `MessagingError` when Kafka cannot be asked.
   */
  caughtUp(partition: number, signal: AbortSignal): Promise<void>;
  health(): Health;
  stop(): Promise<void>;
}

/**
 * Follows all partitions of a topic from their beginnings, so that taking one over later means to read its last records, and
 * not all of it. A topic in which nothing was ever written is not read, and costs nothing.
 */
export function createFollower(messaging: Messaging, { topic, onRecord }: FollowerOptions): Follower {
  let consumer: AssignedConsumer | undefined;
  let opening: Promise<void> | undefined;
  let stopped = false;
  let joined = false;
  const waiting = new Set<() => void>();

  const progress = (): void => {
    for (const check of [...waiting]) check();
  };

  /** Goes on from where a former consumer was: one that did not know of partitions that were added. */
  const open = async (beginnings: ReadonlyMap<number, bigint>): Promise<void> => {
    const former = consumer;
    await former?.stop();
    if (stopped) return;
    const from = new Map([...beginnings, ...(former?.positions ?? [])]);
    consumer = new AssignedConsumer(messaging, {
      topic,
      name: `follower-${topic}`,
      from,
      onRecord,
      onProgress: progress,
    });
    // Tries for as long as it takes; who needs a partition waits for its records, not for this.
    void consumer.start().then(() => {
      joined = true;
    });
  };

  const reached = (partition: number, end: bigint, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const isThere = (consumer?.positions.get(partition) ?? -1n) >= end;
        if (!isThere && !signal.aborted) return;
        waiting.delete(check);
        signal.removeEventListener('abort', check);
        if (isThere) resolve();
        else reject(signal.reason as Error);
      };
      waiting.add(check);
      signal.addEventListener('abort', check);
      check();
    });

  return {
    caughtUp: async (partition, signal) => {
      const marks = await messaging.admin.watermarks(topic);
      const mark = marks.find((entry) => entry.partition === partition);
      if (mark === undefined)
        throw new MessagingError('unknown_topic', `The topic ${topic} has no partition ${partition}.`);
      if (mark.low === mark.high) return;
      await opening;
      if (consumer?.positions.has(partition) !== true) {
        opening ??= open(new Map(marks.map((entry) => [entry.partition, entry.low]))).finally(() => {
          opening = undefined;
        });
        await opening;
      }
      await reached(partition, mark.high, signal);
    },
    health: () => {
      if (consumer === undefined) return { healthy: true, detail: 'nothing to follow' };
      // Partitions that wait for it say so themselves.
      return joined ? consumer.health() : { healthy: true, detail: 'joining' };
    },
    stop: async () => {
      stopped = true;
      await opening;
      await consumer?.stop();
    },
  };
}
