import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, kafkaForTests, randomName } from '@tributary/testing';
import kafkajs from 'kafkajs';
import { createSink } from '../src/index.ts';
import type { Messaging } from '../src/index.ts';
import { keysOf, messagingFor, newTopic, publishNumbered } from './helpers.ts';

let messaging: Messaging;

beforeAll(async () => {
  messaging = messagingFor((await kafkaForTests()).brokers);
});

afterAll(() => messaging.close());

async function begin(topic: string, key: string) {
  const producer = messaging.kafka().producer({
    transactionalId: randomName('transaction'),
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ key, value: '' }] });
  const end = async () => {
    await transaction.abort();
    await producer.disconnect();
  };
  return end;
}

describe('a reader', () => {
  it('never sees what was aborted, whatever the order in which transactions began and ended', async () => {
    const [topic, deadLetterTopic] = [await newTopic(messaging), await newTopic(messaging)];
    const abortFirst = await begin(topic, 'aborted-1');
    const abortSecond = await begin(topic, 'aborted-2');
    await publishNumbered(messaging, topic, { count: 3 });
    await abortSecond();
    await abortFirst();
    await publishNumbered(messaging, topic, { count: 1, from: 3 });
    const stored: string[] = [];
    const sink = createSink(messaging, {
      groupId: randomName('group'),
      topics: [topic],
      deadLetterTopic,
      service: 'test',
      positions: () => Promise.resolve(new Map()),
      forgetPosition: () => Promise.resolve(),
      store: ({ records }) => Promise.resolve(void stored.push(...keysOf(records))),
    });
    await sink.start();
    await eventually(() => stored.includes('key-3'));
    expect(stored).toEqual(['key-0', 'key-1', 'key-2', 'key-3']);
    await sink.stop();
  });
});
