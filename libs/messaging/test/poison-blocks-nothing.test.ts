import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSink, createTransformer, RetryableError } from '../src/index.ts';
import type { IncomingRecord, Messaging, SinkBatch, TransformBatch, TransformResult } from '../src/index.ts';
import { eventually, kafkaForTests, randomName } from '@tributary/testing';
import { keysOf, messagingFor, newTopic, numberedKeys, publishNumbered, readAll } from './helpers.ts';

let messaging: Messaging;

beforeAll(async () => {
  messaging = messagingFor((await kafkaForTests()).brokers);
});

afterAll(() => messaging.close());

async function startTransformer(
  transform: (batch: TransformBatch, output: string) => TransformResult,
  options = {},
) {
  const [input, output, deadLetterTopic] = [
    await newTopic(messaging),
    await newTopic(messaging),
    await newTopic(messaging),
  ];
  const groupId = randomName('group');
  const transformer = createTransformer(messaging, {
    groupId,
    topics: [input],
    transactionalIdPrefix: groupId,
    deadLetterTopic,
    service: 'test-service',
    transform: (batch) => Promise.resolve().then(() => transform(batch, output)),
    ...options,
  });
  const start = () => transformer.start();
  return { input, output, deadLetterTopic, groupId, transformer, start };
}

const copyTo = (topic: string, records: IncomingRecord[]) =>
  records.map(({ key, value }) => ({ topic, key, value }));

async function committed(groupId: string, topic: string): Promise<bigint> {
  return (await messaging.admin.committedOffsets(groupId, topic)).get(0) ?? -1n;
}

describe('a record that cannot be processed', () => {
  it('goes to the dead letters as it came, with the reason, and the others go on', async () => {
    const { input, output, deadLetterTopic, groupId, transformer, start } = await startTransformer(
      ({ records }, topic) => {
        // What kafkajs would end the consumer for.
        if (keysOf(records).includes('key-7')) throw new TypeError('cannot read properties of seven');
        return { records: copyTo(topic, records) };
      },
    );
    await publishNumbered(messaging, input, { count: 20, partition: 0 });
    await start();
    await eventually(async () => (await committed(groupId, input)) === 20n);
    expect((await readAll(messaging, output)).map(({ key }) => key)).toEqual(
      numberedKeys(20).filter((key) => key !== 'key-7'),
    );
    const [letter, ...rest] = await readAll(messaging, deadLetterTopic);
    expect(rest).toEqual([]);
    expect(letter).toMatchObject({
      key: 'key-7',
      value: 'key-7',
      headers: {
        tributary_dead_letter_topic: input,
        tributary_dead_letter_partition: '0',
        tributary_dead_letter_offset: '7',
        tributary_dead_letter_reason: 'cannot read properties of seven',
        tributary_dead_letter_service: 'test-service',
        tributary_dead_letter_stack: expect.stringContaining('TypeError'),
      },
    });
    expect(transformer.health().healthy).toBe(true);
    await transformer.stop();
  });

  it('goes there in the same transaction when the handler says so, and what follows a commit runs once', async () => {
    let commits = 0;
    const { input, output, deadLetterTopic, groupId, transformer, start } = await startTransformer(
      ({ records }, topic) => ({
        records: copyTo(topic, records.slice(1)),
        deadLetters: records.slice(0, 1).map((record) => ({ record, reason: 'the first of a batch' })),
        afterCommit: () => commits++,
      }),
    );
    await publishNumbered(messaging, input, { count: 5, partition: 0 });
    await start();
    await eventually(async () => (await committed(groupId, input)) === 5n);
    expect((await readAll(messaging, output)).length).toBe(4);
    expect((await readAll(messaging, deadLetterTopic)).length).toBe(1);
    expect(commits).toBe(1);
    await transformer.stop();
  });

  it('goes there when its result is larger than Kafka takes', async () => {
    const { input, output, deadLetterTopic, groupId, transformer, start } = await startTransformer(
      ({ records }, topic) => ({
        records: records.map(({ key }) => ({
          topic,
          key,
          value: Buffer.alloc(String(key) === 'key-1' ? 3_000_000 : 10, 'x'),
        })),
      }),
    );
    await publishNumbered(messaging, input, { count: 3, partition: 0 });
    await start();
    await eventually(async () => (await committed(groupId, input)) === 3n);
    expect((await readAll(messaging, output)).map(({ key }) => key)).toEqual(['key-0', 'key-2']);
    expect((await readAll(messaging, deadLetterTopic)).map(({ key }) => key)).toEqual(['key-1']);
    await transformer.stop();
  });
});

describe('an outage', () => {
  it('is waited out: the partition pauses, nothing becomes a dead letter, and all goes on afterwards', async () => {
    let isDown = true;
    let attempts = 0;
    const { input, output, deadLetterTopic, groupId, transformer, start } = await startTransformer(
      ({ records }, topic) => {
        attempts++;
        if (isDown) throw new RetryableError('the database is down');
        return { records: copyTo(topic, records) };
      },
    );
    await publishNumbered(messaging, input, { count: 10, partition: 0 });
    await start();
    // More often than a record that is to blame would be tried.
    await eventually(() => attempts > 6);
    expect(transformer.health()).toEqual({
      healthy: true,
      detail: '1 partitions wait: the database is down',
    });
    isDown = false;
    await eventually(async () => (await committed(groupId, input)) === 10n);
    expect((await readAll(messaging, output)).length).toBe(10);
    expect(await readAll(messaging, deadLetterTopic)).toEqual([]);
    await publishNumbered(messaging, input, { count: 1, from: 10, partition: 0 });
    await eventually(async () => (await committed(groupId, input)) > 10n);
    await transformer.stop();
  });

  it('does not keep a transformer from stopping, nor another from taking over', async () => {
    const { input, groupId, transformer, start } = await startTransformer(() => {
      throw new RetryableError('the database is down');
    });
    await publishNumbered(messaging, input, { count: 10, partition: 0 });
    await start();
    await eventually(() => transformer.health().detail.includes('wait'));
    const stopping = Date.now();
    await transformer.stop();
    expect(Date.now() - stopping).toBeLessThan(2_000);
    expect(await committed(groupId, input)).toBe(-1n);
  });
});

describe('a sink', () => {
  it('begins where its store says, stores on over a poison record, and commits to Kafka for monitoring', async () => {
    const [topic, deadLetterTopic] = [await newTopic(messaging), await newTopic(messaging)];
    await publishNumbered(messaging, topic, { count: 30, partition: 0 });
    const groupId = randomName('group');
    const stored: string[] = [];
    let position = 10n;
    const store = ({ records, from, next }: SinkBatch) => {
      if (keysOf(records).includes('key-20')) throw new Error('violates a constraint');
      // As a database would: compare and set.
      expect(from).toBe(position);
      stored.push(...keysOf(records));
      position = next;
    };
    const sink = createSink(messaging, {
      groupId,
      topics: [topic],
      deadLetterTopic,
      service: 'test-service',
      positions: () => Promise.resolve(new Map([[0, position]])),
      forgetPosition: () => Promise.resolve(),
      store: (batch) => Promise.resolve(batch).then(store),
    });
    await sink.start();
    await eventually(() => position === 30n);
    expect(stored).toEqual(numberedKeys(20, 10).filter((key) => key !== 'key-20'));
    expect((await readAll(messaging, deadLetterTopic)).map(({ key }) => key)).toEqual(['key-20']);
    await eventually(async () => (await committed(groupId, topic)) === 30n);
    await sink.stop();
  });

  it('begins at the start of a topic that was made anew, with a position beyond its end', async () => {
    const [topic, deadLetterTopic] = [await newTopic(messaging), await newTopic(messaging)];
    await publishNumbered(messaging, topic, { count: 3 });
    const positions = new Map([[0, 100n]]);
    const stored: string[] = [];
    const sink = createSink(messaging, {
      groupId: randomName('group'),
      topics: [topic],
      deadLetterTopic,
      service: 'test-service',
      positions: () => Promise.resolve(positions),
      forgetPosition: (name, partition) => {
        expect(name).toBe(topic);
        positions.delete(partition);
        return Promise.resolve();
      },
      store: ({ records, from, next, partition }) => {
        stored.push(`from ${from}`, ...keysOf(records));
        positions.set(partition, next);
        return Promise.resolve();
      },
    });
    await sink.start();
    await eventually(() => positions.get(0) === 3n);
    expect(stored).toEqual(['from 0', 'key-0', 'key-1', 'key-2']);
    await sink.stop();
  });

  it('shares its partitions with another, and a third takes over at once when both leave', async () => {
    const [topic, deadLetterTopic] = [
      await newTopic(messaging, { partitions: 4 }),
      await newTopic(messaging),
    ];
    const groupId = randomName('group');
    const positions = new Map<number, bigint>();
    const stored: string[] = [];
    const newSink = () =>
      createSink(messaging, {
        groupId,
        topics: [topic],
        deadLetterTopic,
        service: 'test-service',
        positions: () => Promise.resolve(positions),
        forgetPosition: () => Promise.resolve(),
        store: ({ partition, records, next }) => {
          stored.push(...keysOf(records));
          positions.set(partition, next);
          return Promise.resolve();
        },
      });
    const [first, second] = [newSink(), newSink()];
    await Promise.all([first.start(), second.start()]);
    await publishNumbered(messaging, topic, { count: 500 });
    await eventually(() => stored.length === 500);
    expect([first.health().detail, second.health().detail]).toEqual(['2 partitions', '2 partitions']);
    await Promise.all([first.stop(), second.stop()]);
    const third = newSink();
    const starting = Date.now();
    await third.start();
    await publishNumbered(messaging, topic, { count: 500, from: 500 });
    await eventually(() => stored.length === 1_000);
    expect(Date.now() - starting).toBeLessThan(4_000);
    expect(new Set(stored)).toEqual(new Set(numberedKeys(1_000)));
    await third.stop();
  });
});
