import { maxRecordBytes } from '@tributary/event-schemas';
import { createMessaging, createPublisher } from '@tributary/messaging';
import { createPool } from '@tributary/postgres';
import { httpServer } from '@tributary/service-runtime';
import type { ServiceContext } from '@tributary/service-runtime';
import { createEnvironment } from '@tributary/templating';
import { createBootstrapper } from './bootstrap.ts';
import type { Bootstrap } from './bootstrap.ts';
import type { ManagementConfig } from './config.ts';
import { createUsageReader } from './consumers/usage.ts';
import { createFurtherTopics } from './further-topics.ts';
import { createApp } from './http/app.ts';
import { createOutboxRelay } from './outbox-relay.ts';
import { SCHEMA } from './schema.ts';
import { createSweeper } from './sweep-deleted.ts';

/** Builds the service: parts are added in the order in which they start. Returns its port, for tests. */
export function buildManagement({ config, logger, lifecycle }: ServiceContext<ManagementConfig>): {
  port: () => number;
} {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: `management-${config.INSTANCE_ID}`,
    schema: SCHEMA,
    max: config.DATABASE_CONNECTIONS,
    logger,
  });
  const messaging = createMessaging({
    brokers: config.KAFKA_BROKERS,
    clientId: `management-${config.INSTANCE_ID}`,
    logger,
    maxRecordBytes,
  });
  // One producer, so that whatever is published later is also written later.
  const publisher = createPublisher(messaging, { producers: 1, timeoutMs: config.PUBLISH_TIMEOUT_MS });
  const relay = createOutboxRelay({
    pool,
    publish: (record) => publisher.publish(record),
    logger,
    deliveryTimeoutMs: config.PUBLISH_TIMEOUT_MS,
  });
  const app = createApp(
    {
      pool,
      ring: config.MASTER_KEY,
      delivered: relay.delivered,
      ensureTopic: createFurtherTopics(messaging, { timeoutMs: config.PUBLISH_TIMEOUT_MS }),
      topicPrefix: config.TOPIC_PREFIX,
      templates: createEnvironment({
        limits: { loops: config.MAX_TEMPLATE_LOOPS, loopDepth: config.MAX_TEMPLATE_LOOP_DEPTH },
      }),
      publicUrl: config.PUBLIC_URL,
      logger,
    },
    { lifecycle, logger },
  );
  const http = httpServer(app, {
    port: config.PORT,
    host: config.HOST,
    drainDelayMs: config.DRAIN_DELAY_MS,
  });

  lifecycle.add('postgres', pool);
  lifecycle.add('messaging', { stop: () => messaging.close() });
  lifecycle.add('publisher', {
    // Not waited for: reading, and saving changes for later, needs no Kafka.
    start: () => {
      publisher.start().catch((error: unknown) => {
        logger.error({ error }, 'the publisher could not start');
      });
    },
    stop: () => publisher.stop(),
  });
  lifecycle.add('bootstrap', createBootstrapper(pool, bootstrapOf(config), { logger }));
  lifecycle.add('outbox', relay);
  lifecycle.add('sweeper', createSweeper({ pool, auditDays: config.AUDIT_RETENTION_DAYS, logger }));
  lifecycle.add('usage', createUsageReader(messaging, pool));
  lifecycle.add('http', http);
  return { port: http.port };
}

/** The configuration has all three parts, or none. */
function bootstrapOf(config: ManagementConfig): Bootstrap | undefined {
  const {
    BOOTSTRAP_ACCOUNT_ID: account,
    BOOTSTRAP_WORKSPACE_ID: workspace,
    BOOTSTRAP_API_KEY: apiKey,
  } = config;
  if (account === undefined || workspace === undefined || apiKey === undefined) return undefined;
  return { account, workspace, apiKey };
}
