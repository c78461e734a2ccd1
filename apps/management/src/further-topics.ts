import { topicConfig, topics } from '@tributary/event-schemas';
import type { Messaging } from '@tributary/messaging';
import { HttpProblem } from '@tributary/service-runtime';

/**
 * Makes the topics that webhooks name for their events, like `tributary.events` in partitions and retention; one that is
 * there stays as it is. Throws 503 when Kafka has not made it in time.
 */
export function createFurtherTopics(
  { admin }: Pick<Messaging, 'admin'>,
  { timeoutMs }: { timeoutMs: number },
): (topic: string) => Promise<void> {
  const known = new Set<string>();
  return async function ensureTopic(name) {
    if (known.has(name)) return;
    const { partitions } = topics.events;
    const made = admin.createTopics([{ name, partitions, config: topicConfig(topics.events) }]);
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      timeout.reject(new Error(`Kafka has not made ${name} in ${timeoutMs} ms`));
    }, timeoutMs);
    try {
      await Promise.race([made, timeout.promise]);
      known.add(name);
    } catch (cause) {
      // Who comes too late is heard by nobody else.
      made.catch(() => undefined);
      throw new HttpProblem(503, 'The topic cannot be created just now. Nothing is changed; try again.', {
        headers: { 'retry-after': '2' },
        cause,
      });
    } finally {
      clearTimeout(timer);
    }
  };
}
