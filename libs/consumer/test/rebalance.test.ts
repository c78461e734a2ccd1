import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, kafkaForTests, randomName } from '@tributary/testing';
import { createConsumer } from '../src/index.ts';
import { anEvent } from './an-event.ts';
import { committed, createBench, logger } from './helpers.ts';

let bench: Awaited<ReturnType<typeof createBench>>;

beforeAll(async () => {
  bench = await createBench((await kafkaForTests()).brokers);
});

afterAll(() => bench.close());

it('no event is left out while members come and go, and each member sees its partitions in order', async () => {
  const groupId = randomName('group');
  const handled: { partition: number; offset: bigint }[] = [];
  const member = async () => {
    const consumer = createConsumer({
      brokers: bench.brokers,
      topic: bench.topic,
      groupId,
      logger,
      handler: (_event, { record: { partition, offset } }) => {
        handled.push({ partition, offset });
      },
      onPoison: () => undefined,
    });
    await consumer.start();
    return consumer;
  };
  const sent = [0n, 0n];
  const send = async (count: number) => {
    const records = Array.from({ length: count }, (_, index) =>
      bench.emit(anEvent(), { partition: index % 2 }),
    );
    for (const { partition, offset } of await Promise.all(records)) sent[partition] = offset;
  };
  const caughtUp = () =>
    eventually(() =>
      sent.every((last, partition) =>
        handled.some((one) => one.partition === partition && one.offset === last),
      ),
    );

  const first = await member();
  await send(200);
  const [second] = await Promise.all([member(), send(200)]);
  await caughtUp();
  await Promise.all([first.stop(), send(200)]);
  const [third] = await Promise.all([member(), send(200)]);
  await caughtUp();
  await Promise.all([second.stop(), third.stop()]);
  await send(200);
  const last = await member();
  await caughtUp();
  await last.stop();

  for (const [partition, end] of sent.entries()) {
    const offsets = handled.filter((one) => one.partition === partition).map(({ offset }) => offset);
    expect(new Set(offsets)).toEqual(
      new Set(Array.from({ length: Number(end) + 1 }, (_, index) => BigInt(index))),
    );
    // Steps back are repetitions after a rebalance; a step ahead would have left something out.
    offsets.forEach((offset, index) => {
      if (index > 0) expect(offset - offsets[index - 1]!).toBeLessThanOrEqual(1n);
    });
  }
}, 180_000);

it('a long handler is left alone where its partition stays, and told where it goes to another', async () => {
  const groupId = randomName('group');
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const calls: { member: string; partition: number; signal: AbortSignal }[] = [];
  const member = async (name: string) => {
    const consumer = createConsumer({
      brokers: bench.brokers,
      topic: bench.topic,
      groupId,
      logger,
      handler: async (_event, { record: { partition }, signal }) => {
        calls.push({ member: name, partition, signal });
        await released;
      },
      onPoison: () => undefined,
    });
    await consumer.start();
    return consumer;
  };
  const first = await member('first');
  await bench.emit(anEvent(), { partition: 0 });
  await bench.emit(anEvent(), { partition: 1 });
  await eventually(() => calls.length === 2);
  const second = await member('second');
  await eventually(() => calls.length === 3);
  const { member: taker, partition: taken } = calls[2]!;
  expect(taker).toBe('second');
  await eventually(() => calls.some(({ signal }) => signal.aborted));
  release();
  const { offset } = await bench.emit(anEvent(), { partition: 1 - taken });
  await eventually(
    async () =>
      (await committed(bench.messaging, { groupId, topic: bench.topic, partition: 1 - taken })) > offset,
  );
  // The one that stayed was handled once, the other by both.
  const summary = calls.map(({ member: name, partition, signal }) => [
    name,
    partition === taken,
    signal.aborted,
  ]);
  expect(summary.sort()).toEqual(
    [
      ['first', true, true],
      ['first', false, false],
      ['second', true, false],
      ['first', false, false],
    ].sort(),
  );
  await Promise.all([first.stop(), second.stop()]);
}, 180_000);
