import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CompressionTypes } from 'kafkajs';
import type { Kafka } from 'kafkajs';
import {
  connectProducer,
  consume,
  createTopic,
  kafkaOf,
  openResources,
  startBroker,
  until,
} from './broker-process.ts';
import type { Resources } from './broker-process.ts';

let resources: Resources;
let kafka: Kafka;
let port: number;

beforeEach(async () => {
  resources = openResources();
  const broker = await startBroker(resources);
  port = broker.port;
  kafka = kafkaOf(port);
});

afterEach(() => resources.close());

describe('produce and consume', () => {
  it('carries keys, values, headers and times, plain and compressed, to a group', async () => {
    await createTopic(kafka, 'letters', { numPartitions: 3 });
    const producer = await connectProducer(resources, kafka, { idempotent: true, maxInFlightRequests: 1 });
    const seen = new Map<string, string>();
    await consume(resources, kafka, {
      topic: 'letters',
      groupId: 'readers',
      onMessage: ({ message }) => {
        expect(message.timestamp).toBe('1700000000000');
        seen.set(String(message.key), `${String(message.value)} ${String(message.headers?.['from'])}`);
      },
    });
    for (const [i, compression] of [CompressionTypes.None, CompressionTypes.GZIP].entries()) {
      const messages = Array.from({ length: 50 }, (_, n) => ({
        key: `${i}-${n}`,
        value: `value ${n}`,
        headers: { from: `test ${i}` },
        timestamp: '1700000000000',
      }));
      await producer.send({ topic: 'letters', compression, messages });
    }
    await until('100 letters', () => seen.size === 100);
    expect(seen.get('1-49')).toBe('value 49 test 1');
  });

  it('refuses a batch over the limit of its topic, and takes the next one', async () => {
    await createTopic(kafka, 'small', { configs: { 'max.message.bytes': '1000' } });
    const producer = await connectProducer(resources, kafka, { retry: { retries: 0 } });
    await expect(
      producer.send({ topic: 'small', messages: [{ value: 'x'.repeat(2000) }] }),
    ).rejects.toMatchObject({
      type: 'MESSAGE_TOO_LARGE',
    });
    const [sent] = await producer.send({ topic: 'small', messages: [{ value: 'y' }] });
    expect(sent?.baseOffset).toBe('0');
  });

  it('carries a record of several megabytes', async () => {
    await createTopic(kafka, 'large', { configs: { 'max.message.bytes': '8000000' } });
    const producer = await connectProducer(resources, kafka);
    let received = 0;
    await consume(resources, kafka, {
      topic: 'large',
      groupId: 'g',
      onMessage: ({ message }) => (received = message.value?.length ?? 0),
    });
    await producer.send({ topic: 'large', messages: [{ value: Buffer.alloc(5 << 20, 'z') }] });
    await until('the record', () => received === 5 << 20);
  });
});

describe('groups', () => {
  it('share the partitions, and take over those of a member that leaves', async () => {
    await createTopic(kafka, 'work', { numPartitions: 4 });
    const producer = await connectProducer(resources, kafka);
    const by = new Map<string, string>();
    const read = (name: string) =>
      consume(resources, kafka, {
        topic: 'work',
        groupId: 'workers',
        onMessage: ({ message }) => void by.set(String(message.value), name),
      });
    const first = await read('first');
    await read('second');
    const admin = kafka.admin();
    await admin.connect();
    resources.defer(() => admin.disconnect());
    const state = async () => (await admin.describeGroups(['workers'])).groups[0];
    await until('two members', async () => {
      const group = await state();
      return group?.state === 'Stable' && group.members.length === 2;
    });
    const send = (round: string) =>
      producer.send({
        topic: 'work',
        messages: [0, 1, 2, 3].map((partition) => ({ partition, value: `${round} ${partition}` })),
      });
    await send('one');
    await until('the first round', () => by.size === 4);
    expect(new Set(by.values())).toEqual(new Set(['first', 'second']));
    await first.disconnect();
    await send('two');
    await until('the second round', () => by.size === 8);
    expect([0, 1, 2, 3].map((partition) => by.get(`two ${partition}`))).toEqual(Array(4).fill('second'));
  });

  it('go on where they were, over a restart of the broker', async () => {
    await createTopic(kafka, 'again');
    const producer = await connectProducer(resources, kafka);
    const values: string[] = [];
    const onMessage = ({ message }: { message: { value: Buffer | null } }) =>
      values.push(String(message.value));
    const consumer = await consume(resources, kafka, { topic: 'again', groupId: 'g', onMessage });
    await producer.send({ topic: 'again', messages: [{ value: 'a' }] });
    await until('a', () => values.length === 1);
    await consumer.disconnect();
    await producer.send({ topic: 'again', messages: [{ value: 'b' }] });
    await consume(resources, kafka, { topic: 'again', groupId: 'g', onMessage });
    await until('b', () => values.length === 2);
    expect(values).toEqual(['a', 'b']);
  });
});

const transactional = (transactionalId: string) => ({
  transactionalId,
  idempotent: true,
  maxInFlightRequests: 1,
});

describe('transactions', () => {
  it('are seen whole when committed, not at all when aborted, with their offsets', async () => {
    await createTopic(kafka, 'out', { numPartitions: 2 });
    await createTopic(kafka, 'in');
    const producer = await connectProducer(resources, kafka, transactional('t'));
    const committed: string[] = [];
    const all: string[] = [];
    await consume(resources, kafka, {
      topic: 'out',
      groupId: 'committed',
      onMessage: ({ message }) => committed.push(String(message.value)),
    });
    await consume(resources, kafka, {
      topic: 'out',
      groupId: 'all',
      readUncommitted: true,
      onMessage: ({ message }) => all.push(String(message.value)),
    });
    const admin = kafka.admin();
    await admin.connect();
    resources.defer(() => admin.disconnect());
    const offsetOf = async () =>
      (await admin.fetchOffsets({ groupId: 'input', topics: ['in'] }))[0]?.partitions[0]?.offset;
    const run = async (name: string, offset: string) => {
      const transaction = await producer.transaction();
      await transaction.send({
        topic: 'out',
        messages: [0, 1].map((partition) => ({ partition, value: name })),
      });
      await transaction.sendOffsets({
        consumerGroupId: 'input',
        topics: [{ topic: 'in', partitions: [{ partition: 0, offset }] }],
      });
      return transaction;
    };
    const first = await run('aborted', '5');
    await until('uncommitted records', () => all.length === 2);
    expect(committed).toEqual([]);
    await first.abort();
    expect(await offsetOf()).toBe('-1');
    const second = await run('committed', '6');
    expect(await offsetOf()).toBe('-1');
    await second.commit();
    expect(await offsetOf()).toBe('6');
    await until('committed records', () => committed.length === 2);
    expect(committed).toEqual(['committed', 'committed']);
    expect(all.sort()).toEqual(['aborted', 'aborted', 'committed', 'committed']);
  });

  it('follow each other without a pause or a retry', async () => {
    await createTopic(kafka, 'quick');
    const producer = await connectProducer(resources, kafka, transactional('quick'));
    const requests: string[] = [];
    producer.on(producer.events.REQUEST, ({ payload }) => void requests.push(payload.apiName));
    for (let i = 0; i < 50; i++) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: 'quick', messages: [{ value: String(i) }] });
      await transaction.commit();
    }
    expect(requests.filter((name) => name === 'AddPartitionsToTxn')).toHaveLength(50);
    expect(requests.filter((name) => name === 'EndTxn')).toHaveLength(50);
  });

  it('shut out an older producer of their id', async () => {
    await createTopic(kafka, 'fenced');
    const options = { ...transactional('fenced'), retry: { retries: 1, initialRetryTime: 1 } };
    const old = await connectProducer(resources, kafka, options);
    const zombie = await old.transaction();
    await zombie.send({ topic: 'fenced', messages: [{ value: 'zombie' }] });
    const next = await connectProducer(resources, kafka, options);
    const transaction = await next.transaction();
    await transaction.send({ topic: 'fenced', messages: [{ value: 'next' }] });
    await transaction.commit();
    await expect(zombie.send({ topic: 'fenced', messages: [{ value: 'late' }] })).rejects.toMatchObject({
      type: 'INVALID_PRODUCER_EPOCH',
    });
    await expect(zombie.commit()).rejects.toThrow();
    const values: string[] = [];
    await consume(resources, kafka, {
      topic: 'fenced',
      groupId: 'g',
      onMessage: ({ message }) => values.push(String(message.value)),
    });
    await until('the record of the new producer', () => values.includes('next'));
    expect(values).toEqual(['next']);
  });

  it('are aborted when their time is over', async () => {
    await createTopic(kafka, 'slow');
    const producer = await connectProducer(resources, kafka, {
      ...transactional('slow'),
      transactionTimeout: 300,
    });
    const transaction = await producer.transaction();
    await transaction.send({ topic: 'slow', messages: [{ value: 'late' }] });
    const other = await connectProducer(resources, kafka);
    await other.send({ topic: 'slow', messages: [{ value: 'plain' }] });
    const values: string[] = [];
    await consume(resources, kafka, {
      topic: 'slow',
      groupId: 'g',
      onMessage: ({ message }) => values.push(String(message.value)),
    });
    await until('the record after it', () => values.length > 0);
    expect(values).toEqual(['plain']);
    await expect(transaction.commit()).rejects.toThrow();
  });
});

describe('the admin client', () => {
  it('creates, changes, describes and deletes topics', async () => {
    const admin = kafka.admin();
    await admin.connect();
    resources.defer(() => admin.disconnect());
    const topic = {
      topic: 'managed',
      numPartitions: 2,
      configEntries: [{ name: 'retention.ms', value: '1000' }],
    };
    expect(await admin.createTopics({ topics: [topic] })).toBe(true);
    expect(await admin.createTopics({ topics: [topic] })).toBe(false);
    const refused = (entry: object) => admin.createTopics({ topics: [{ topic: 'refused', ...entry }] });
    await expect(refused({ replicationFactor: 2 })).rejects.toMatchObject({
      errors: [{ type: 'INVALID_REPLICATION_FACTOR' }],
    });
    await expect(refused({ configEntries: [{ name: 'nonsense', value: '1' }] })).rejects.toMatchObject({
      errors: [{ type: 'INVALID_CONFIG' }],
    });
    await admin.createPartitions({ topicPartitions: [{ topic: 'managed', count: 4 }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: ['managed'] });
    expect(topics[0]?.partitions).toHaveLength(4);
    const configs = [{ name: 'cleanup.policy', value: 'compact' }];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: 'managed', configEntries: configs }],
    });
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: 'managed', configNames: ['cleanup.policy', 'retention.ms'] }],
    });
    expect(described.resources[0]?.configEntries.map((entry) => entry.configValue)).toEqual([
      'compact',
      '604800000',
    ]);
    await admin.deleteTopics({ topics: ['managed'] });
    expect(await admin.listTopics()).toEqual([]);
  });

  it('reads and moves offsets, and deletes groups', async () => {
    await createTopic(kafka, 'moved');
    const producer = await connectProducer(resources, kafka);
    const now = Date.now();
    for (const at of [now - 3000, now - 2000, now - 1000]) {
      await producer.send({ topic: 'moved', messages: [{ value: 'x', timestamp: String(at) }] });
    }
    const admin = kafka.admin();
    await admin.connect();
    resources.defer(() => admin.disconnect());
    expect(await admin.fetchTopicOffsetsByTimestamp('moved', now - 2500)).toEqual([
      { partition: 0, offset: '1' },
    ]);
    await admin.setOffsets({ groupId: 'g', topic: 'moved', partitions: [{ partition: 0, offset: '2' }] });
    const [fetched] = await admin.fetchOffsets({ groupId: 'g', topics: ['moved'] });
    expect(fetched?.partitions[0]?.offset).toBe('2');
    expect(await admin.fetchTopicOffsets('moved')).toEqual([
      { partition: 0, offset: '3', high: '3', low: '0' },
    ]);
    expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).toContain('g');
    await admin.deleteGroups(['g']);
    expect((await admin.listGroups()).groups).toEqual([]);
  });
});
