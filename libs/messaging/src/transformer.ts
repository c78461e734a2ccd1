import { GroupConsumer } from './group-consumer.ts';
import type { Messaging } from './messaging.ts';
import { createTransformHandler } from './transform-handler.ts';
import type { TransformerOptions } from './transform-handler.ts';
import type { Health } from './types.ts';

export interface Transformer {
  /** Resolves when the group was joined; tries until it is, or until stopped. */
  start(): Promise<void>;
  health(): Health;
  /** Finishes and commits what is in flight, leaves the group. */
  stop(): Promise<void>;
}

/**
 * Consume, transform, produce: what `transform` gives and the position in the input are written in one transaction, so
 * readers of committed records see each result exactly once, through crashes, stalls and rebalances.
 *
 * kafkajs commits a transaction's offsets without naming the group's generation (no KIP-447), so the broker cannot
 * refuse a member that was replaced. Instead every input partition has a transactional id of its own. A new owner
 * initialises it, which fences the former owner and ends its transaction, and only then reads the committed offset, and
 * begins there. Both in this order: offsets read first could be those from before the former owner's last commit.
 */
export function createTransformer(messaging: Messaging, options: TransformerOptions): Transformer {
  const { groupId, topics } = options;
  const consumer = new GroupConsumer(messaging, {
    groupId,
    topics,
    // The positions are in the transactions.
    commit: 'no',
    patienceMs: 1_000,
    createHandler: (context) => createTransformHandler(messaging, options, context),
  });
  return { start: () => consumer.start(), health: () => consumer.health(), stop: () => consumer.stop() };
}
