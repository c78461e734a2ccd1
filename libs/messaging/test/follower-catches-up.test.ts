import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, kafkaForTests, randomName } from '@tributary/testing';
import kafkajs from 'kafkajs';
import { createFollower } from '../src/index.ts';
import type { Follower, Messaging } from '../src/index.ts';
import { messagingFor, newTopic, numberedKeys, publishNumbered } from './helpers.ts';

let messaging: Messaging;
const followers: Follower[] = [];

beforeAll(async () => {
  messaging = messagingFor((await kafkaForTests()).brokers);
});

afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.stop()));
});

afterAll(() => messaging.close());

function follow(topic: string) {
  const seen: { partition: number; value: string }[] = [];
  const follower = createFollower(messaging, {
    topic,
    onRecord: ({ partition, value }) => seen.push({ partition, value: String(value) }),
  });
  followers.push(follower);
  const valuesOf = (partition: number) =>
    seen.filter((record) => record.partition === partition).map(({ value }) => value);
  const caughtUp = (partition: number, signal = AbortSignal.timeout(60_000)) =>
    follower.caughtUp(partition, signal);
  return { follower, caughtUp, valuesOf };
}

describe('a follower', () => {
  it('has nothing to read of a topic in which nothing was written', async () => {
    const { follower, caughtUp } = follow(await newTopic(messaging));
    await caughtUp(0);
    expect(follower.health()).toEqual({ healthy: true, detail: 'nothing to follow' });
  });

  it('has read all of a partition when it has caught up, from the beginning, each record once and in order', async () => {
    const topic = await newTopic(messaging, { partitions: 3 });
    await publishNumbered(messaging, topic, { count: 50, partition: 1 });
    const { follower, caughtUp, valuesOf } = follow(topic);
    await Promise.all([caughtUp(0), caughtUp(1), caughtUp(1)]);
    expect(valuesOf(1)).toEqual(numberedKeys(50));
    // What was empty at first, and what is written later.
    await publishNumbered(messaging, topic, { count: 20, partition: 2 });
    await publishNumbered(messaging, topic, { count: 20, from: 50, partition: 1 });
    await Promise.all([caughtUp(1), caughtUp(2)]);
    expect([valuesOf(0), valuesOf(1), valuesOf(2)]).toEqual([[], numberedKeys(70), numberedKeys(20)]);
    expect(follower.health().healthy).toBe(true);
  });

  it('catches up with what is committed before the first open transaction, and never sees what was aborted', async () => {
    const topic = await newTopic(messaging);
    await publishNumbered(messaging, topic, { count: 1 });
    const producer = messaging.kafka().producer({
      transactionalId: randomName('transaction'),
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: 'aborted', value: 'aborted' }] });
    await publishNumbered(messaging, topic, { count: 2, from: 1 });
    const { caughtUp, valuesOf } = follow(topic);
    await caughtUp(0);
    expect(valuesOf(0)).toEqual(['key-0']);
    await transaction.abort();
    await producer.disconnect();
    // Kafka answers before the mark of the end is written.
    await eventually(async () => {
      await caughtUp(0);
      return valuesOf(0).length >= 3;
    });
    expect(valuesOf(0)).toEqual(numberedKeys(3));
    await expect(caughtUp(0, AbortSignal.abort(new Error('given up')))).resolves.toBeUndefined();
  });

  it('rejects for a partition that is none, and once it is stopped reads no more', async () => {
    const topic = await newTopic(messaging);
    const { follower, caughtUp, valuesOf } = follow(topic);
    await expect(caughtUp(7)).rejects.toMatchObject({ code: 'unknown_topic' });
    await publishNumbered(messaging, topic, { count: 1 });
    await caughtUp(0);
    await follower.stop();
    await publishNumbered(messaging, topic, { count: 1, from: 1 });
    const witness = follow(topic);
    await eventually(() => witness.caughtUp(0).then(() => true));
    expect([valuesOf(0), witness.valuesOf(0)]).toEqual([['key-0'], ['key-0', 'key-1']]);
  });
});
