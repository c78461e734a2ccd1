import { MessagingError } from '@tributary/messaging';
import type { Messaging } from '@tributary/messaging';

/** Whether the further topics that webhooks name are there. */
export interface FurtherTopics {
  /** At once where that is known. Rejects with a retryable error while Kafka cannot be asked. */
  has: (topic: string) => boolean | Promise<boolean>;
}

/** A topic that is not there is asked for again after this time: kafkajs takes seconds to say so, and the partition waits. */
const MISSING_MS = 30_000;
const MAX_MISSING = 1_000;

/** Management makes a topic when a webhook that names it is saved; whoever deletes it must not stop the renderer. */
export function createFurtherTopics(
  topics: Pick<Messaging['topics'], 'known' | 'partitionCount'>,
  now: () => number = Date.now,
): FurtherTopics {
  const missing = new Map<string, number>();

  const ask = async (topic: string): Promise<boolean> => {
    try {
      if ((await topics.partitionCount(topic)) > 0) return true;
    } catch (error) {
      if (!(error instanceof MessagingError) || error.code !== 'unknown_topic') throw error;
    }
    if (missing.size >= MAX_MISSING) missing.clear();
    missing.set(topic, now());
    return false;
  };

  return {
    has: (topic) => {
      if ((topics.known(topic) ?? 0) > 0) return true;
      const since = missing.get(topic);
      if (since !== undefined && now() - since < MISSING_MS) return false;
      return ask(topic);
    },
  };
}
