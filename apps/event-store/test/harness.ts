import { randomUUID } from 'node:crypto';
import { generateApiKey, hashApiKey } from '@tributary/api-auth';
import { maxRecordBytes, recordHeaders, topicConfig, topics } from '@tributary/event-schemas';
import type { AccessRecord, Scope } from '@tributary/event-schemas';
import { createMessaging, createPublisher } from '@tributary/messaging';
import type { Messaging, Publisher } from '@tributary/messaging';
import { createPool, migrate } from '@tributary/postgres';
import type { Pool } from '@tributary/postgres';
import { createLifecycle, createLogger, readConfig } from '@tributary/service-runtime';
import { kafkaForTests, postgresForTests } from '@tributary/testing';
import { configSchema } from '../src/config.ts';
import { SCHEMA } from '../src/schema.ts';
import { buildEventStore } from '../src/service.ts';

const allScopes: Scope[] = ['events:read', 'events:write', 'executions:read', 'executions:write'];
/** A key ring for the tests. */
export const masterKey = `k1:${'A'.repeat(43)}=`;
const logger = createLogger({ service: 'test', instance: '0', level: process.env['TEST_LOG'] ?? 'silent' });

/** A workspace with a key, on a running event store. */
export interface Workspace {
  account: string;
  workspace: string;
  key: string;
  /** Calls `{ws}{path}` with the key; an object is sent as JSON. */
  call: (method: string, path: string, body?: unknown) => Promise<Response>;
}

export interface Harness {
  brokers: string[];
  databaseUrl: string;
  pool: Pool;
  publisher: Publisher;
  /** Environment of an instance of the service. */
  env: (overrides?: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  /** Starts an instance in this process; gives its origin. */
  startStore: (overrides?: NodeJS.ProcessEnv) => Promise<{ origin: string; stop: () => Promise<void> }>;
  workspace: (origin: string, scopes?: Scope[]) => Promise<Workspace>;
  messaging: Messaging;
  close: () => Promise<void>;
}

/** Kafka with the system's topics, a fresh migrated database, and what is needed to start event stores on them. */
export async function createHarness({ brokers: given }: { brokers?: string[] } = {}): Promise<Harness> {
  const brokers = given ?? (await kafkaForTests()).brokers;
  const { url: databaseUrl } = await postgresForTests();
  await migrate({
    connectionString: databaseUrl,
    directory: new URL('../migrations/', import.meta.url),
    schema: SCHEMA,
    logger,
  });
  const messaging = createMessaging({ brokers, clientId: 'test', logger, maxRecordBytes });
  await messaging.admin.createTopics(
    Object.values(topics).map((topic) => ({
      name: topic.name,
      partitions: topic.partitions,
      config: topicConfig(topic),
    })),
  );
  const publisher = createPublisher(messaging, {});
  await publisher.start();
  const pool = createPool({
    connectionString: databaseUrl,
    applicationName: 'test',
    schema: SCHEMA,
    max: 4,
    logger,
  });
  const running: (() => Promise<void>)[] = [];

  const env: Harness['env'] = (overrides = {}) => ({
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    DRAIN_DELAY_MS: '0',
    PAGE_TOKEN_KEY: 'a key of the tests',
    MASTER_KEY: masterKey,
    LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
    ...overrides,
  });

  return {
    brokers,
    databaseUrl,
    pool,
    publisher,
    messaging,
    env,
    startStore: async (overrides) => {
      const lifecycle = createLifecycle(logger);
      const config = readConfig(configSchema, env(overrides));
      const { server } = buildEventStore({ config, logger, lifecycle });
      const stop = () => lifecycle.stop();
      running.push(stop);
      await lifecycle.start();
      return { origin: `http://127.0.0.1:${server.port()}`, stop };
    },
    workspace: (origin, scopes = allScopes) => createWorkspace(publisher, origin, scopes),
    close: async () => {
      for (const stop of running.reverse()) await stop();
      await publisher.stop();
      await messaging.close();
      await pool.stop();
    },
  };
}

async function createWorkspace(publisher: Publisher, origin: string, scopes: Scope[]): Promise<Workspace> {
  const [account, workspace, key] = [randomUUID(), randomUUID(), generateApiKey()];
  const record: AccessRecord = {
    id: randomUUID(),
    account,
    workspace,
    name: 'test',
    sha256: hashApiKey(key),
    scopes,
    created: new Date().toISOString(),
    expires: null,
  };
  await publisher.publish({
    topic: topics.access.name,
    key: record.id,
    value: JSON.stringify(record),
    headers: { [recordHeaders.schemaVersion]: '1' },
  });
  const call: Workspace['call'] = (method, path, body) =>
    fetch(`${origin}/api/accounts/${account}/workspaces/${workspace}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  while ((await call('POST', '/events/filter')).status === 401) await new Promise(setImmediate);
  return { account, workspace, key, call };
}
