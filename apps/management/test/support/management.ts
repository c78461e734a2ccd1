import { randomBytes, randomUUID } from 'node:crypto';
import { generateApiKey } from '@tributary/api-auth';
import { maxRecordBytes, topicConfig, topics } from '@tributary/event-schemas';
import type { Webhook } from '@tributary/event-schemas';
import { createMessaging } from '@tributary/messaging';
import { createPool, migrate } from '@tributary/postgres';
import type { Pool } from '@tributary/postgres';
import { createLifecycle, readConfig } from '@tributary/service-runtime';
import { kafkaForTests, postgresForTests } from '@tributary/testing';
import { pino } from 'pino';
import { managementEnv } from '../../src/config.ts';
import { SCHEMA } from '../../src/schema.ts';
import { buildManagement } from '../../src/service.ts';

/** What the instances of one installation share. */
export interface Installation {
  account: string;
  workspace: string;
  apiKey: string;
  brokers: string[];
  databaseUrl: string;
  masterKey: string;
}

/** An installation of its own: a fresh database, the topics, and ids that no other test has. */
export async function installation(given?: { brokers: string[] }): Promise<Installation> {
  const [{ url: databaseUrl }, { brokers }] = await Promise.all([
    postgresForTests(),
    given ?? kafkaForTests(),
  ]);
  const logger = pino({ level: 'silent' });
  await migrate({
    connectionString: databaseUrl,
    directory: new URL('../../migrations/', import.meta.url),
    schema: SCHEMA,
    logger,
  });
  const messaging = createMessaging({ brokers, clientId: 'test', logger, maxRecordBytes });
  await messaging.admin.createTopics(
    [topics.webhooks, topics.access, topics.usage].map((topic) => ({ ...topic, config: topicConfig(topic) })),
  );
  await messaging.close();
  return {
    account: randomUUID(),
    workspace: randomUUID(),
    apiKey: generateApiKey(),
    brokers,
    databaseUrl,
    masterKey: `k1:${randomBytes(32).toString('base64')}`,
  };
}

export interface Management {
  origin: string;
  /** Every line that it has logged, at every level. */
  logs: string[];
  ready: () => boolean;
  stop: () => Promise<void>;
}

const running: { stop: () => Promise<void> }[] = [];

/** Starts an instance on a free port. */
export async function startManagement(
  of: Installation,
  { env = {} }: { env?: Record<string, string> } = {},
): Promise<Management> {
  const logs: string[] = [];
  const logger = pino(
    { level: 'trace', serializers: { error: pino.stdSerializers.err } },
    { write: (line: string) => logs.push(line) },
  );
  const config = readConfig(managementEnv, {
    HOST: '127.0.0.1',
    PORT: '0',
    DRAIN_DELAY_MS: '0',
    PUBLIC_URL: 'https://hooks.example.test',
    KAFKA_BROKERS: of.brokers.join(','),
    DATABASE_URL: of.databaseUrl,
    MASTER_KEY: of.masterKey,
    BOOTSTRAP_ACCOUNT_ID: of.account,
    BOOTSTRAP_WORKSPACE_ID: of.workspace,
    BOOTSTRAP_API_KEY: of.apiKey,
    ...env,
  });
  const lifecycle = createLifecycle(logger);
  const { port } = buildManagement({ config, logger, lifecycle });
  running.push(lifecycle);
  await lifecycle.start();
  return {
    origin: `http://127.0.0.1:${port()}`,
    logs,
    ready: () => lifecycle.health().ready,
    stop: () => lifecycle.stop(),
  };
}

const pools: Pool[] = [];

/** The database of an installation, for what no API shows. */
export function databaseOf({ databaseUrl }: Installation): Pool {
  const pool = createPool({
    connectionString: databaseUrl,
    applicationName: 'test',
    schema: SCHEMA,
    logger: pino({ level: 'silent' }),
  });
  pools.push(pool);
  return pool;
}

export async function stopAll(): Promise<void> {
  for (const instance of running.splice(0)) await instance.stop();
  for (const pool of pools.splice(0)) await pool.stop();
}

export type Api = ReturnType<typeof apiOf>;

/** Calls of the workspace's API. `body` is sent as JSON; a string is sent as it is. */
export function apiOf({ origin }: Pick<Management, 'origin'>, { account, workspace, apiKey }: Installation) {
  const call = (method: string, path: string, body?: unknown, key = apiKey): Promise<Response> =>
    fetch(`${origin}/api/accounts/${account}/workspaces/${workspace}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const create = async (settings: Record<string, unknown> = {}): Promise<Webhook> => {
    const response = await call('POST', '/webhooks/', {
      name: 'test',
      template: '{"event": "e"}',
      ...settings,
    });
    if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as Webhook;
  };
  const get = async (id: string): Promise<Webhook> =>
    (await (await call('GET', `/webhooks/${id}`)).json()) as Webhook;
  return { call, create, get };
}
