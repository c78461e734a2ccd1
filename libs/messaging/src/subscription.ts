import { GroupConsumer } from './group-consumer.ts';
import type { Messaging } from './messaging.ts';
import { createPartitionMemory } from './partition-memory.ts';
import type { PartitionMemory } from './partition-memory.ts';
import { createSubscriptionHandler } from './subscription-handler.ts';
import type { SubscriptionOptions } from './subscription-handler.ts';
import type { Health, TopicPartition } from './types.ts';

export interface Subscription {
  /** Resolves when the group was joined and its positions are committed: what is written from then on is not missed. */
  start(): Promise<void>;
  health(): Health;
  /** Finishes and commits the records at hand, leaves the group. */
  stop(): Promise<void>;
}

/**
 * Reads with a group of its own, record by record, each at least once: a position is committed when the records before it
 * were handled, or given up.
 */
export function createSubscription(messaging: Messaging, options: SubscriptionOptions): Subscription {
  const { groupId, topics } = options;
  const memories = new Map<string, PartitionMemory>();
  const memoryOf = ({ topic, partition }: TopicPartition): PartitionMemory => {
    const name = `${topic} ${partition}`;
    const memory = memories.get(name) ?? createPartitionMemory();
    memories.set(name, memory);
    return memory;
  };
  const consumer = new GroupConsumer(messaging, {
    groupId,
    topics,
    commit: 'durable',
    patienceMs: 200,
    createHandler: (context) =>
      createSubscriptionHandler({ messaging, options, context, memory: memoryOf(context) }),
  });
  return {
    start: async () => {
      await consumer.start();
      await consumer.opened();
    },
    health: () => consumer.health(),
    stop: () => consumer.stop(),
  };
}
