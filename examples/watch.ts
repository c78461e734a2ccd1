/** Prints the events that have a name, or match a pattern such as `order.*`, as they come. KAFKA says where Kafka is. */
import { randomUUID } from 'node:crypto';
import { createConsumer } from '@tributary/consumer';

const name = process.argv[2] ?? '*';

const consumer = createConsumer({
  brokers: [process.env['KAFKA'] ?? 'localhost:9092'],
  groupId: `watch-${randomUUID()}`,
  filter: { event: name },
  handler: ({ event, resource, payload }) => {
    console.log(event, JSON.stringify(resource), JSON.stringify(payload));
  },
  onPoison: ({ error }) => {
    console.error(error);
  },
});

await consumer.start();
console.log(`Waiting for events named ${name}.`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void consumer.stop());
