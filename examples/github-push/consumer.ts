/** Starts a deployment for each push. */
import { createConsumer } from '@tributary/consumer';
import type { TributaryEvent } from '@tributary/consumer';

const consumer = createConsumer({
  brokers: [process.env['KAFKA'] ?? 'localhost:9092'],
  groupId: 'deployments',
  filter: { event: 'deployment.wanted' },
  handler: startDeployment,
  onPoison: ({ event, error }) => {
    console.error(`Deployment ${event?.id} could not be started:`, error);
  },
});

/** The work itself would go here. After a crash an event may come again: its id makes a second start harmless. */
function startDeployment({ id, resource, payload }: TributaryEvent): void {
  console.log(
    `deployment ${id}: ${resource['prefect.resource.id']} at ${(payload as { commit: string }).commit}`,
  );
}

await consumer.start();
console.log('Waiting for pushes.');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void consumer.stop());
