import { GroupConsumer } from './group-consumer.ts';
import type { Messaging } from './messaging.ts';
import { createPublisher } from './publisher.ts';
import { createSinkHandler } from './sink-handler.ts';
import type { SinkOptions } from './sink-handler.ts';
import type { Health } from './types.ts';

export interface Sink {
  /** Resolves when the group was joined; tries until it is, or until stopped. */
  start(): Promise<void>;
  health(): Health;
  /** Finishes what is in flight, leaves the group. */
  stop(): Promise<void>;
}

/**
 * Reads into a store that keeps the positions beside the data, in one transaction: each record is stored exactly once.
 * The store's positions are asked for at every assignment; those committed to Kafka are for monitoring only.
 */
export function createSink(messaging: Messaging, options: SinkOptions): Sink {
  const { groupId, topics, maxBatchBytes, lingerMs } = options;
  const letters = createPublisher(messaging, { producers: 1 });
  const consumer = new GroupConsumer(messaging, {
    groupId,
    topics,
    commit: 'monitoring',
    patienceMs: 1_000,
    ...(lingerMs === undefined ? {} : { waiting: { minBytes: 65_536, maxWaitTimeInMs: lingerMs } }),
    ...(maxBatchBytes === undefined ? {} : { maxBytesPerPartition: maxBatchBytes }),
    createHandler: (context) => createSinkHandler({ messaging, options, letters, context }),
  });
  return {
    start: async () => {
      await letters.start();
      await consumer.start();
    },
    health: () => consumer.health(),
    stop: async () => {
      await consumer.stop();
      await letters.stop();
    },
  };
}
