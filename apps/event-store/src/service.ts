import { createApiKeyDirectory } from '@tributary/api-auth';
import { createKeyRing } from '@tributary/encryption';
import { accessRecord, maxRecordBytes, topics } from '@tributary/event-schemas';
import type { AccessRecord } from '@tributary/event-schemas';
import { createMessaging, createPublisher, createSink, createTable } from '@tributary/messaging';
import type { IncomingRecord, Messaging } from '@tributary/messaging';
import { createPool, storedPositions } from '@tributary/postgres';
import type { Pool } from '@tributary/postgres';
import { httpServer } from '@tributary/service-runtime';
import type { Member, ServiceContext } from '@tributary/service-runtime';
import type { Publish } from './accept-events.ts';
import type { Config } from './config.ts';
import { storedTopics } from './consumers/stored-topics.ts';
import type { StoredTopic } from './consumers/stored-topics.ts';
import { createApp } from './http/app.ts';
import { countStored, measured } from './metrics.ts';
import { createPageTokens, pageTokenKey } from './page-token.ts';
import { createPartitions } from './partitions.ts';
import { createReplayWorker } from './replay-worker.ts';
import { createRetention } from './retention.ts';
import { SCHEMA } from './schema.ts';

/** A filter with many ids makes a long page token, and that stands in a URL. */
const MAX_HEADER_BYTES = 131_072;
/** A batch is stored in one statement, whose parameter holds all of it. */
const BATCH = { maxBatchRecords: 1_000, maxBatchBytes: 8_388_608 };

/** Builds the event store: what others need first, and the HTTP server last, so that it answers only when all is there. */
export function buildEventStore({ config, logger, lifecycle }: ServiceContext<Config>): {
  server: ReturnType<typeof httpServer>;
} {
  const pool = (purpose: string, max: number) =>
    createPool({
      connectionString: config.DATABASE_URL,
      applicationName: `event-store ${config.INSTANCE_ID} ${purpose}`,
      schema: SCHEMA,
      max,
      logger,
    });
  const readPool = pool('read', config.DATABASE_POOL_SIZE);
  const writePool = pool('write', config.DATABASE_POOL_SIZE);
  lifecycle.add('postgres-read', readPool);
  lifecycle.add('postgres-write', writePool);

  const messaging = createMessaging({
    brokers: config.KAFKA_BROKERS,
    clientId: `event-store-${config.INSTANCE_ID}`,
    logger,
    maxRecordBytes,
  });
  lifecycle.add('kafka', { stop: () => messaging.close() });
  const publisher = createPublisher(messaging, { timeoutMs: config.PUBLISH_TIMEOUT_MS });
  lifecycle.add('publisher', publisher);
  const publish: Publish = (record) => publisher.publish(record);

  const keys = createApiKeyDirectory();
  lifecycle.add('access', keyTable(messaging, keys));

  const partitions = createPartitions(writePool);
  const days = {
    events: config.EVENT_RETENTION_DAYS,
    executions: config.EXECUTION_RETENTION_DAYS,
    requests: config.REQUEST_RETENTION_DAYS,
  };
  const retention = { partitions, days, intervalMs: config.RETENTION_INTERVAL_MS, logger };
  lifecycle.add('retention', createRetention(writePool, retention));
  for (const stored of storedTopics({ pool: writePool, partitions }, { onStored: countStored })) {
    lifecycle.add(stored.topic, sink(messaging, writePool, stored));
  }

  lifecycle.add('replays', createReplayWorker({ pool: writePool, publish, logger }));

  const app = createApp({
    lifecycle,
    logger,
    keys,
    db: readPool,
    tokens: createPageTokens(pageTokenKey(config)),
    ring: config.MASTER_KEY === undefined ? undefined : createKeyRing(config.MASTER_KEY),
    publish,
    publicUrl: config.PUBLIC_URL,
    eventsBodyLimitBytes: config.EVENTS_BODY_LIMIT_BYTES,
  });
  const server = httpServer(app, {
    port: config.PORT,
    host: config.HOST,
    drainDelayMs: config.DRAIN_DELAY_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  lifecycle.add('http', server);
  return { server };
}

function sink(messaging: Messaging, pool: Pool, stored: StoredTopic): Member {
  const { topic, groupId, store, lingerMs } = stored;
  return createSink(messaging, {
    groupId,
    topics: [topic],
    ...BATCH,
    lingerMs,
    deadLetterTopic: topics.deadLetters.name,
    service: 'event-store',
    ...storedPositions(pool),
    store: measured(store),
  });
}

/** The API keys, kept as `tributary.access` has them. */
function keyTable(messaging: Messaging, keys: ReturnType<typeof createApiKeyDirectory>): Member {
  return createTable<AccessRecord>(messaging, {
    topic: topics.access.name,
    decode: decodeAccess,
    onChange: (id, record) => {
      if (record) keys.put(record);
      else keys.remove(id);
    },
  });
}

function decodeAccess({ value }: IncomingRecord): AccessRecord | undefined {
  try {
    return accessRecord.safeParse(JSON.parse(value?.toString('utf8') ?? '')).data;
  } catch {
    return undefined;
  }
}
