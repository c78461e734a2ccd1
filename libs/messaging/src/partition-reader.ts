import { AssignedConsumer } from './assigned-consumer.ts';
import { backoffMs, wait } from './backoff.ts';
import { MessagingError } from './errors.ts';
import type { Messaging } from './messaging.ts';
import type { Health, IncomingRecord } from './types.ts';

export interface PartitionReader {
  /** Resolves when nothing that is produced from then on can be missed. */
  start(): Promise<void>;
  health(): Health;
  stop(): Promise<void>;
}

/** Reads one partition from now on, without a committed position: for what only this process waits for. */
export function createPartitionReader(
  messaging: Messaging,
  {
    topic,
    partition,
    onRecord,
  }: { topic: string; partition: number; onRecord: (record: IncomingRecord) => void },
): PartitionReader {
  let consumer: AssignedConsumer | undefined;
  let starting: Promise<void> | undefined;
  const stopped = new AbortController();

  const end = async (): Promise<bigint> => {
    const watermarks = await messaging.admin.watermarks(topic);
    const found = watermarks.find((entry) => entry.partition === partition);
    if (found === undefined)
      throw new MessagingError('unknown_topic', `The topic ${topic} has no partition ${partition}.`);
    return found.high;
  };

  const start = async (): Promise<void> => {
    for (let failures = 0; !stopped.signal.aborted; failures++) {
      try {
        // The end is asked for before joining, and sought on joining: "from the latest" alone would skip what comes
        // between the two.
        const from = new Map([[partition, await end()]]);
        consumer = new AssignedConsumer(messaging, {
          topic,
          name: `reader-${topic}-${partition}`,
          from,
          onRecord,
        });
        await consumer.start();
        return;
      } catch (error) {
        if (failures % 10 === 0)
          messaging.logger.warn({ err: error, topic, partition }, 'the reader cannot start yet');
        await wait(backoffMs(failures, { maxMs: 1_000 }), stopped.signal).catch(() => undefined);
      }
    }
  };

  return {
    start: () => (starting ??= start()),
    health: () => consumer?.health() ?? { healthy: false, detail: 'not started' },
    stop: async () => {
      stopped.abort();
      await consumer?.stop();
    },
  };
}
