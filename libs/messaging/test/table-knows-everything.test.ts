import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPublisher, createTable } from '../src/index.ts';
import type { Messaging } from '../src/index.ts';
import { eventually, startHurtableKafka } from '@tributary/testing';
import type { HurtableKafka } from '@tributary/testing';
import { messagingFor, newTopic, publishNumbered } from './helpers.ts';

let kafka: HurtableKafka;
let messaging: Messaging;

beforeAll(async () => {
  kafka = await startHurtableKafka();
  messaging = messagingFor(kafka.brokers);
});

afterAll(async () => {
  await messaging.close();
  await kafka.stop();
});

const text = { decode: ({ value }: { value: Buffer | null }) => String(value) };

describe('a table', () => {
  it('knows all that was there when it has started, and what changes afterwards', async () => {
    const topic = await newTopic(messaging, { partitions: 2 });
    await publishNumbered(messaging, topic, { count: 3_000 });
    const changes: [string, string | undefined][] = [];
    const table = createTable(messaging, {
      topic,
      ...text,
      onChange: (key, value) => changes.push([key, value]),
    });
    await table.start();
    expect(table.size).toBe(3_000);
    expect(table.get('key-2999')).toBe('key-2999');
    expect(changes.length).toBe(3_000);

    const publisher = createPublisher(messaging);
    await publisher.start();
    await publisher.publish({ topic, key: 'key-1', value: 'changed' });
    await publisher.publish({ topic, key: 'key-2', value: null });
    await eventually(() => table.get('key-1') === 'changed' && table.get('key-2') === undefined);
    await publisher.stop();
    await table.stop();
  });

  it('starts on an empty topic', async () => {
    const table = createTable(messaging, { topic: await newTopic(messaging), ...text });
    await table.start();
    expect(table.size).toBe(0);
    expect(table.provenCurrentAt()).toBeGreaterThan(0);
    await table.stop();
  });

  it('skips what it cannot decode, and what a newer value supersedes', async () => {
    const topic = await newTopic(messaging);
    const publisher = createPublisher(messaging);
    await publisher.start();
    for (const value of ['5', 'not a number', '3']) await publisher.publish({ topic, key: 'version', value });
    await publisher.stop();
    const table = createTable<number>(messaging, {
      topic,
      decode: ({ value }) => (Number.isNaN(Number(value)) ? undefined : Number(value)),
      supersedes: (next, known) => next >= known,
    });
    await table.start();
    expect(table.get('version')).toBe(5);
    await table.stop();
  });

  it('is proven current while Kafka answers, not while it is away, and again when it is back', async () => {
    const topic = await newTopic(messaging);
    await publishNumbered(messaging, topic, { count: 10 });
    const table = createTable(messaging, { topic, ...text });
    await table.start();
    const first = table.provenCurrentAt();
    await eventually(() => table.provenCurrentAt() > first);

    await kafka.kill('SIGKILL');
    const killed = Date.now();
    expect(table.provenCurrentAt()).toBeLessThanOrEqual(killed);
    await eventually(() => Date.now() - table.provenCurrentAt() > 3_000);
    expect(table.size).toBe(10);

    await kafka.restart();
    const restarted = Date.now();
    await eventually(() => table.provenCurrentAt() >= restarted);
    await publishNumbered(messaging, topic, { count: 5, from: 10 });
    await eventually(() => table.size === 15);
    await eventually(() => table.health().healthy);
    await table.stop();
  });
});
