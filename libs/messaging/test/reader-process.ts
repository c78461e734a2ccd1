/** A partition reader in a process of its own, for the test that stalls it: prints each value on a line. */
import { createPartitionReader } from '../src/index.ts';
import { messagingFor } from './helpers.ts';

const { brokers, topic, partition } = JSON.parse(process.argv[2]!) as {
  brokers: string;
  topic: string;
  partition: number;
};
const messaging = messagingFor(brokers.split(','));
const reader = createPartitionReader(messaging, {
  topic,
  partition,
  onRecord: ({ value }) => {
    console.log(String(value));
  },
});
await reader.start();
console.log('started');
