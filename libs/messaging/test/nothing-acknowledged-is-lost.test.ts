import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPublisher } from '../src/index.ts';
import type { Messaging, MessagingError } from '../src/index.ts';
import { eventually, startHurtableKafka } from '@tributary/testing';
import type { HurtableKafka } from '@tributary/testing';
import { messagingFor, newTopic, readAll } from './helpers.ts';

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

/** Callers that publish one record after another until told to stop, and keep what became of each. */
function publishAll(
  messaging: Messaging,
  topic: string,
  { callers, timeoutMs }: { callers: number; timeoutMs: number },
) {
  const publisher = createPublisher(messaging, { timeoutMs });
  const acknowledged = new Map<string, string>();
  const refused: MessagingError[] = [];
  let isRunning = true;
  const call = async (caller: number) => {
    for (let count = 0; isRunning; count++) {
      const key = `key-${caller}-${count}`;
      try {
        const { partition, offset } = await publisher.publish({ topic, key, value: key });
        acknowledged.set(key, `${partition} ${offset}`);
      } catch (error) {
        refused.push(error as MessagingError);
        await delay(10);
      }
    }
  };
  const started = publisher.start();
  const calls = started.then(() => Promise.all(Array.from({ length: callers }, (_, caller) => call(caller))));
  const stop = async () => {
    isRunning = false;
    await calls;
    await publisher.stop();
  };
  return { publisher, acknowledged, refused, started, stop };
}

describe('what was acknowledged is there', () => {
  it('after the broker was killed under load and came back', async () => {
    const topic = await newTopic(messaging, { partitions: 3 });
    // Shorter than the outage: records are refused while it lasts.
    const { publisher, acknowledged, refused, started, stop } = publishAll(messaging, topic, {
      callers: 32,
      timeoutMs: 1_000,
    });
    await started;
    await eventually(() => acknowledged.size > 1_000);
    await kafka.kill('SIGKILL');
    await eventually(() => refused.length > 0);
    expect(publisher.health().healthy).toBe(false);
    await kafka.restart();
    const before = acknowledged.size;
    await eventually(() => acknowledged.size > before + 1_000);
    expect(publisher.health().healthy).toBe(true);
    await stop();

    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['unavailable']));
    const written = new Set((await readAll(messaging, topic)).map(({ key }) => key));
    expect([...acknowledged.keys()].filter((key) => !written.has(key))).toEqual([]);
    // Each record has a place of its own: none was taken for the repetition of another.
    expect(new Set(acknowledged.values()).size).toBe(acknowledged.size);
  });

  it('after the broker stood still for longer than records wait', async () => {
    const topic = await newTopic(messaging, { partitions: 3 });
    const { acknowledged, refused, started, stop } = publishAll(messaging, topic, {
      callers: 32,
      timeoutMs: 500,
    });
    await started;
    await eventually(() => acknowledged.size > 1_000);
    await kafka.kill('SIGSTOP');
    await eventually(() => refused.length >= 64);
    await kafka.kill('SIGCONT');
    const before = acknowledged.size;
    await eventually(() => acknowledged.size > before + 1_000);
    await stop();
    const written = new Set((await readAll(messaging, topic)).map(({ key }) => key));
    expect([...acknowledged.keys()].filter((key) => !written.has(key))).toEqual([]);
    expect(new Set(acknowledged.values()).size).toBe(acknowledged.size);
  });
});

describe('a publisher is bounded', () => {
  it('refuses what it has no room for, and what is too large, and what has no topic', async () => {
    const topic = await newTopic(messaging);
    const publisher = createPublisher(messaging, { maxQueuedRecords: 10 });
    await publisher.start();
    await publisher.publish({ topic, key: null, value: 'first' });
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () => publisher.publish({ topic, key: null, value: 'x' })),
    );
    const codes = results.map((result) =>
      result.status === 'rejected' ? (result.reason as MessagingError).code : 'written',
    );
    expect(codes.filter((code) => code === 'written').length).toBe(10);
    expect(new Set(codes)).toEqual(new Set(['written', 'overloaded']));
    await expect(
      publisher.publish({ topic, key: null, value: Buffer.alloc(2_000_000) }),
    ).rejects.toMatchObject({
      code: 'record_too_large',
    });
    await expect(publisher.publish({ topic: 'nowhere', key: null, value: '' })).rejects.toMatchObject({
      code: 'unknown_topic',
    });
    await publisher.stop();
    await expect(publisher.publish({ topic, key: null, value: 'x' })).rejects.toMatchObject({
      code: 'closed',
    });
  });

  it('takes large and small records in one go, and drains when it stops', async () => {
    const topic = await newTopic(messaging);
    const publisher = createPublisher(messaging);
    await publisher.start();
    const publish = (size: number) => publisher.publish({ topic, key: null, value: Buffer.alloc(size, 'x') });
    const sizes = [10, 1_500_000, 20, 800_000, 700_000, 5];
    await publish(sizes[0]!);
    const published = Promise.all(sizes.slice(1).map(publish));
    await publisher.stop();
    expect((await published).map(({ offset }) => offset)).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect((await readAll(messaging, topic)).map(({ value }) => value.length)).toEqual(sizes);
  });
});
