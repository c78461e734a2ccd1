import { randomUUID } from 'node:crypto';
import { createConsumer } from '@tributary/consumer';
import type { ConsumerOptions } from '@tributary/consumer';
import { system } from './client.ts';

/** A consumer of the events of one resource, for as long as `work` lasts: it answers the callers who wait. */
export async function withWorker<T>(
  resourceId: string,
  handler: ConsumerOptions['handler'],
  work: () => Promise<T>,
): Promise<T> {
  const consumer = createConsumer({
    brokers: [system.kafka],
    groupId: `e2e-${randomUUID()}`,
    filter: { resource: { 'prefect.resource.id': resourceId } },
    handler,
    onPoison: async ({ error }, { reply }) => {
      await reply({ error: error instanceof Error ? error.message : String(error) });
    },
    attempts: 1,
  });
  await consumer.start();
  try {
    return await work();
  } finally {
    await consumer.stop();
  }
}
