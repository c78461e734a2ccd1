import type { MessagingAdmin } from './admin.ts';

/** How many partitions each topic has, remembered, so that publishing needs no question. */
export interface TopicDirectory {
  /** Undefined until it was asked for. */
  known(topic: string): number | undefined;
  /** Rejects with the code `unknown_topic`, or `unavailable`. */
  partitionCount(topic: string): Promise<number>;
}

/** Partitions are added seldom; a producer that learns of them late only spreads its records over the older ones. */
const MAX_AGE_MS = 60_000;

export function createTopicDirectory(admin: Pick<MessagingAdmin, 'partitionCount'>): TopicDirectory {
  const counts = new Map<string, { count: number; at: number }>();
  const asking = new Map<string, Promise<number>>();

  const ask = (topic: string): Promise<number> => {
    const underway = asking.get(topic);
    if (underway !== undefined) return underway;
    const question = admin
      .partitionCount(topic)
      .then((count) => {
        counts.set(topic, { count, at: Date.now() });
        return count;
      })
      .finally(() => asking.delete(topic));
    asking.set(topic, question);
    return question;
  };

  const known = (topic: string): number | undefined => {
    const entry = counts.get(topic);
    if (entry === undefined) return undefined;
    // Asked again in the background: a failure leaves what was known.
    if (Date.now() - entry.at > MAX_AGE_MS) {
      entry.at = Date.now();
      ask(topic).catch(() => undefined);
    }
    return entry.count;
  };

  return {
    known,
    partitionCount: (topic) => {
      const count = known(topic);
      return count === undefined ? ask(topic) : Promise.resolve(count);
    },
  };
}
