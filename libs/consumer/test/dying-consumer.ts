/** A consumer in a process of its own, for the test that kills it: says which event it has begun, and never ends it. */
import { createConsumer } from '../src/index.ts';

const { brokers, groupId, topic, finishes } = JSON.parse(process.argv[2]!) as {
  brokers: string[];
  groupId: string;
  topic: string;
  /** Names of the events whose handling ends. */
  finishes: string[];
};
const consumer = createConsumer({
  brokers,
  groupId,
  topic,
  handler: async (event) => {
    console.log(event.event);
    if (!finishes.includes(event.event)) await new Promise(() => undefined);
  },
  onPoison: () => undefined,
});
await consumer.start();
console.log('started');
