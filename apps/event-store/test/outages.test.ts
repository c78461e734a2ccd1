import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool } from '@tributary/postgres';
import { createLogger } from '@tributary/service-runtime';
import { eventually, freePorts, startHurtableKafka } from '@tributary/testing';
import type { HurtableKafka } from '@tributary/testing';
import { fileURLToPath } from 'node:url';
import { anyEvent, eventRecordOf } from './builders.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

let kafka: HurtableKafka;
let harness: Harness;
beforeAll(async () => {
  kafka = await startHurtableKafka();
  harness = await createHarness({ brokers: kafka.brokers });
});
afterAll(async () => {
  await harness.close();
  await kafka.stop();
});

const ids = async (workspace: string): Promise<string[]> => {
  const { rows } = await harness.pool.query<{ id: string }>('select id from events where workspace = $1', [
    workspace,
  ]);
  return rows.map(({ id }) => id);
};

async function publishEvents(count: number, of: { account: string; workspace: string }): Promise<string[]> {
  const events = Array.from({ length: count }, (_, n) =>
    anyEvent({ resource: { 'prefect.resource.id': `r.${n % 50}` } }),
  );
  await Promise.all(events.map((event) => harness.publisher.publish(eventRecordOf(event, of))));
  return events.map(({ id }) => id);
}

/** An instance in a process of its own, as it runs in production. */
async function startProcess(instance: string): Promise<{ child: ChildProcess; origin: string }> {
  const [port] = await freePorts(1);
  const child = spawn(
    process.execPath,
    ['--conditions=tributary-source', fileURLToPath(new URL('../src/main.ts', import.meta.url))],
    { env: { ...harness.env({ PORT: String(port), INSTANCE_ID: instance }) }, stdio: 'inherit' },
  );
  const origin = `http://127.0.0.1:${port}`;
  await eventually(async () => (await fetch(`${origin}/health/ready`)).status === 200);
  return { child, origin };
}

const exitOf = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });

describe('nothing is lost and nothing stored twice', () => {
  it('when instances are killed again and again while they store', async () => {
    const of = { account: randomUUID(), workspace: randomUUID() };
    const sent: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const before = (await ids(of.workspace)).length;
      const publishing = publishEvents(1_000, of);
      const { child } = await startProcess(String(round));
      await eventually(async () => (await ids(of.workspace)).length > before);
      const exit = exitOf(child);
      child.kill('SIGKILL');
      await exit;
      sent.push(...(await publishing));
    }
    const { child } = await startProcess('last');
    await eventually(async () => (await ids(of.workspace)).length >= sent.length);
    expect((await ids(of.workspace)).sort()).toEqual(sent.sort());
    const exit = exitOf(child);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  }, 240_000);

  it('while Postgres takes no connection: storing pauses, says so, and goes on', async () => {
    const store = await harness.startStore({ DATABASE_POOL_SIZE: '2' });
    const ws = await harness.workspace(store.origin);
    const database = new URL(harness.databaseUrl).pathname.slice(1);
    const server = createPool({
      connectionString: new URL('/postgres', harness.databaseUrl).href,
      applicationName: 'test',
      logger: createLogger({ service: 'test', instance: '0', level: 'silent' }),
    });
    await server.query(`alter database ${database} allow_connections false`);
    await server.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name like 'event-store%'",
      [database],
    );
    const events = Array.from({ length: 20 }, () => anyEvent());
    expect((await ws.call('POST', '/events', events)).status).toBe(204);
    await eventually(async () => (await fetch(`${store.origin}/health/ready`)).status === 503);
    expect((await fetch(`${store.origin}/health/live`)).status).toBe(200);
    await server.query(`alter database ${database} allow_connections true`);
    await server.stop();
    await eventually(async () => (await ids(ws.workspace)).length === events.length);
    await eventually(async () => (await fetch(`${store.origin}/health/ready`)).status === 200);
    await store.stop();
  });

  it('while Kafka is away: events are refused with 503 and a time to come back, what is stored is still found', async () => {
    const store = await harness.startStore({ PUBLISH_TIMEOUT_MS: '2000' });
    const ws = await harness.workspace(store.origin);
    const [before, refused] = [anyEvent(), anyEvent()];
    expect((await ws.call('POST', '/events', [before])).status).toBe(204);
    await eventually(async () => (await ws.call('GET', `/events/${before.id}`)).status === 200);
    kafka.kill('SIGKILL');
    const response = await ws.call('POST', '/events', [refused]);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({
      exception_message: expect.any(String),
      detail: expect.any(String),
    });
    expect((await ws.call('GET', `/events/${before.id}`)).status).toBe(200);
    await kafka.restart();
    await eventually(async () => (await ws.call('POST', '/events', [refused])).status === 204);
    await eventually(async () => (await ws.call('GET', `/events/${refused.id}`)).status === 200);
    expect((await ids(ws.workspace)).sort()).toEqual([before.id, refused.id].sort());
    await store.stop();
  }, 240_000);
});
