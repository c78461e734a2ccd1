import { setTimeout } from 'node:timers/promises';
import { topics } from '@tributary/event-schemas';
import type { Admin } from 'kafkajs';

/** Resolves when the renderer and the event store have nothing left to read. */
export async function drained(admin: Admin): Promise<void> {
  await caughtUp(admin, 'template-renderer', topics.requests.name);
  await caughtUp(admin, 'tributary.event-store.events', topics.events.name);
}

/** Resolves when a group has nothing left to read of a topic. A transaction's marker counts as one record. */
export async function caughtUp(admin: Admin, groupId: string, topic: string): Promise<void> {
  for (;;) {
    const [ends, [committed]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId, topics: [topic] }),
    ]);
    const lag = ends.reduce((sum, { partition, high }) => {
      const offset = committed?.partitions.find((entry) => entry.partition === partition)?.offset ?? '0';
      return sum + Math.max(0, Number(high) - Math.max(0, Number(offset)) - 1);
    }, 0);
    if (lag === 0) return;
    await setTimeout(100);
  }
}
