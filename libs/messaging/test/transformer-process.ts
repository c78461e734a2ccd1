/** A transformer in a process of its own, for tests that kill and stall it. */
import { setTimeout as delay } from 'node:timers/promises';
import { createTransformer } from '../src/index.ts';
import { logger, messagingFor } from './helpers.ts';

const { brokers, groupId, input, output, deadLetters } = JSON.parse(process.argv[2]!) as Record<
  string,
  string
>;
const messaging = messagingFor(brokers!.split(','));
const transformer = createTransformer(messaging, {
  groupId: groupId!,
  topics: [input!],
  transactionalIdPrefix: groupId!,
  maxBatchRecords: 20,
  deadLetterTopic: deadLetters!,
  service: 'test',
  transform: async ({ records }) => {
    await delay(2);
    return { records: records.map(({ key, value }) => ({ topic: output!, key, value })) };
  },
});
process.once(
  'SIGTERM',
  () =>
    void transformer
      .stop()
      .then(() => messaging.close())
      .then(() => process.exit(0)),
);
await transformer.start();
logger.info({ pid: process.pid }, 'started');
console.log('started');
