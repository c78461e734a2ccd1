import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPublisher } from '../src/index.ts';
import type { Messaging } from '../src/index.ts';
import { eventually, freePorts, kafkaForTests, randomName } from '@tributary/testing';
import { messagingFor, newTopic, publishNumbered } from './helpers.ts';

let messaging: Messaging;

beforeAll(async () => {
  messaging = messagingFor((await kafkaForTests()).brokers);
});

afterAll(async () => {
  await messaging.close();
});

describe('one admin client of many users', () => {
  it('answers each question about its own topic, however many are asked at once', async () => {
    const names = Array.from({ length: 8 }, () => randomName('topic'));
    const shapes = names.map((name, index) => ({ name, partitions: 1 + (index % 4), config: {} }));
    await messaging.admin.createTopics(shapes);
    await publishNumbered(messaging, names[0]!, { count: 3, partition: 0 });
    // A broker that has just begun finds the group's coordinator late.
    const coordinated = () => messaging.admin.committedOffsets('nobody', names[0]!);
    await eventually(() => coordinated().then(Boolean, () => false));
    const questions = Array.from({ length: 25 }, () => shapes).flat();
    const answers = await Promise.all(
      questions.map(async ({ name }, index) => {
        if (index % 20 === 1) await messaging.admin.partitionCount(name);
        if (index % 20 === 2) await messaging.admin.committedOffsets('nobody', name);
        return messaging.admin.watermarks(name);
      }),
    );
    const expected = questions.map(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({
        partition,
        low: 0n,
        high: name === names[0] && partition === 0 ? 3n : 0n,
      })),
    );
    const sorted = answers.map((marks) => marks.sort((a, b) => a.partition - b.partition));
    expect(sorted).toEqual(expected);
  });

  it('lets a question about a topic that does not exist fail alone', async () => {
    const known = await newTopic(messaging);
    const unknown = randomName('unknown');
    const asked = [known, unknown, known, known].map((topic) => messaging.admin.partitionCount(topic));
    const settled = await Promise.allSettled(asked);
    expect(settled.map((result) => (result.status === 'fulfilled' ? result.value : 'refused'))).toEqual([
      1,
      'refused',
      1,
      1,
    ]);
    await expect(asked[1]).rejects.toMatchObject({ code: 'unknown_topic' });
  });

  it('refuses with a code what waits when it is closed, and what comes later', async () => {
    const topic = await newTopic(messaging);
    const closing = messagingFor(messaging.brokers);
    const asked = [closing.admin.partitionCount(topic), closing.admin.watermarks(topic)];
    const closed = closing.close();
    for (const answer of asked) await expect(answer).rejects.toMatchObject({ code: 'closed' });
    await closed;
    await expect(closing.admin.partitionCount(topic)).rejects.toMatchObject({ code: 'closed' });
  });

  it('fails with all that wait when no broker answers', async () => {
    const [port] = await freePorts(1);
    const away = messagingFor([`127.0.0.1:${port}`]);
    const asked = Array.from({ length: 20 }, () => away.admin.watermarks('anything'));
    for (const { status, reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[]) {
      expect({ status, code: (reason as { code: string }).code }).toEqual({
        status: 'rejected',
        code: 'unavailable',
      });
    }
    await away.close();
  });
});

describe('a topic that was made', () => {
  it('takes records at once', async () => {
    const warnings: object[] = [];
    const strict = {
      ...messaging,
      logger: { ...messaging.logger, warn: (fields: object) => void warnings.push(fields) },
    };
    const publisher = createPublisher(strict, { producers: 1 });
    await publisher.start();
    for (let round = 0; round < 20; round++) {
      const topic = await newTopic(messaging, { partitions: 3 });
      await Promise.all(
        [0, 1, 2].map((partition) => publisher.publish({ topic, key: null, value: 'x', partition })),
      );
    }
    await publisher.stop();
    expect(warnings).toEqual([]);
  });

  it('takes records at once in the partitions that were added, and by whoever made it at the same time', async () => {
    const name = randomName('topic');
    const others = Array.from({ length: 4 }, () => messagingFor(messaging.brokers));
    await Promise.all(
      others.map(async (other, index) => {
        await other.admin.createTopics([{ name, partitions: 2, config: {} }]);
        await publishNumbered(other, name, { count: 1, from: index, partition: 1 });
      }),
    );
    const newcomer = messagingFor(messaging.brokers);
    await newcomer.admin.createTopics([{ name, partitions: 5, config: {} }]);
    await publishNumbered(newcomer, name, { count: 1, partition: 4 });
    await Promise.all([newcomer, ...others].map((other) => other.close()));
    const marks = await messaging.admin.watermarks(name);
    expect(marks.sort((a, b) => a.partition - b.partition).map(({ high }) => high)).toEqual([
      0n,
      4n,
      0n,
      0n,
      1n,
    ]);
  });
});
