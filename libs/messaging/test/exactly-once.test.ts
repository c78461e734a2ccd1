import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createPublisher } from '../src/index.ts';
import type { Messaging } from '../src/index.ts';
import { eventually, kafkaForTests, randomName } from '@tributary/testing';
import { messagingFor, newTopic, numberedKeys, readAll } from './helpers.ts';

let messaging: Messaging;
const children: ChildProcess[] = [];

beforeAll(async () => {
  messaging = messagingFor((await kafkaForTests()).brokers);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

afterAll(() => messaging.close());

interface Pipeline {
  groupId: string;
  input: string;
  output: string;
  deadLetters: string;
}

async function newPipeline(): Promise<Pipeline> {
  const [input, output, deadLetters] = await Promise.all([
    newTopic(messaging, { partitions: 3 }),
    newTopic(messaging, { partitions: 2 }),
    newTopic(messaging),
  ]);
  return { groupId: randomName('group'), input: input!, output: output!, deadLetters: deadLetters! };
}

async function startTransformer(pipeline: Pipeline): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./transformer-process.ts', import.meta.url));
  const options = JSON.stringify({ brokers: messaging.brokers.join(','), ...pipeline });
  const child = spawn(process.execPath, ['--conditions=tributary-source', script, options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning' },
  });
  children.push(child);
  await once(child.stdout!, 'data');
  if (process.env['TEST_LOG'] !== undefined) child.stdout!.pipe(process.stdout);
  else child.stdout!.resume();
  return child;
}

/** Publishes steadily for the time the test takes; stop() gives how many. */
async function load(topic: string) {
  const publisher = createPublisher(messaging);
  await publisher.start();
  let count = 0;
  const ended = new AbortController();
  const publishing = (async () => {
    while (!ended.signal.aborted) {
      const burst = Array.from({ length: 5 }, () => `key-${count++}`);
      await Promise.all(burst.map((key) => publisher.publish({ topic, key, value: key })));
      await delay(10);
    }
  })();
  return async () => {
    ended.abort();
    await publishing;
    await publisher.stop();
    return count;
  };
}

/** Waits until the group has committed all of the input, then compares what is in the output with it. */
async function expectExactlyOnce({ groupId, input, output }: Pipeline, count: number): Promise<void> {
  await eventually(
    async () => {
      const [ends, committed] = await Promise.all([
        messaging.admin.watermarks(input),
        messaging.admin.committedOffsets(groupId, input),
      ]);
      return ends.every(({ partition, high }) => high === 0n || (committed.get(partition) ?? 0n) >= high);
    },
    { intervalMs: 100 },
  );
  const seen = await readAll(messaging, output);
  const times = Map.groupBy(seen, ({ key }) => key);
  const repeated = [...times.values()].filter(({ length }) => length > 1);
  expect(repeated.map((records) => records.map(({ key, position }) => `${key} at ${position}`))).toEqual([]);
  expect(numberedKeys(count).filter((key) => !times.has(key))).toEqual([]);
}

describe('each input makes its output exactly once', () => {
  it('when a transformer is killed in the middle of its work', async () => {
    const pipeline = await newPipeline();
    const stopLoad = await load(pipeline.input);
    const victim = await startTransformer(pipeline);
    await startTransformer(pipeline);
    await delay(1_500);
    victim.kill('SIGKILL');
    await delay(500);
    await startTransformer(pipeline);
    await expectExactlyOnce(pipeline, await stopLoad());
  });

  it('when a transformer stalls until others have taken its partitions, and then goes on', async () => {
    const pipeline = await newPipeline();
    const stopLoad = await load(pipeline.input);
    const stalled = await startTransformer(pipeline);
    await startTransformer(pipeline);
    await delay(1_000);
    stalled.kill('SIGSTOP');
    // Longer than the session of 10 s, so that the group gives its partitions away.
    await delay(12_000);
    stalled.kill('SIGCONT');
    await delay(2_000);
    await expectExactlyOnce(pipeline, await stopLoad());
  });

  it('when transformers come and go', async () => {
    const pipeline = await newPipeline();
    const stopLoad = await load(pipeline.input);
    const first = await startTransformer(pipeline);
    const second = await startTransformer(pipeline);
    await delay(500);
    first.kill('SIGTERM');
    const started = Date.now();
    await once(first, 'exit');
    expect(Date.now() - started).toBeLessThan(3_000);
    await startTransformer(pipeline);
    await delay(500);
    second.kill('SIGTERM');
    await once(second, 'exit');
    await expectExactlyOnce(pipeline, await stopLoad());
  });
});
