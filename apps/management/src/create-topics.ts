/** One-shot job: creates the topics of the system that are missing. Safe to repeat, and side by side. */
import { maxRecordBytes, topicConfig, topics } from '@tributary/event-schemas';
import { createMessaging, isRetryable } from '@tributary/messaging';
import { runJob } from '@tributary/service-runtime';
import { createTopicsEnv } from './config.ts';

const job = { name: 'create-topics', schema: createTopicsEnv, isAway: isRetryable };
await runJob(job, async ({ KAFKA_BROKERS }, logger) => {
  const messaging = createMessaging({
    brokers: KAFKA_BROKERS,
    clientId: 'create-topics',
    logger,
    maxRecordBytes,
  });
  try {
    const definitions = Object.values(topics).map((topic) => ({
      name: topic.name,
      partitions: topic.partitions,
      config: topicConfig(topic),
    }));
    await messaging.admin.createTopics(definitions);
    logger.info({ topics: definitions.map(({ name }) => name) }, 'the topics exist');
  } finally {
    await messaging.close();
  }
});
