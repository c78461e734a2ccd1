import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPartitionReader } from '../src/index.ts';
import type { Messaging } from '../src/index.ts';
import { eventually, kafkaForTests } from '@tributary/testing';
import { messagingFor, newTopic, numberedKeys, publishNumbered } from './helpers.ts';

let messaging: Messaging;

beforeAll(async () => {
  messaging = messagingFor((await kafkaForTests()).brokers);
});

afterAll(() => messaging.close());

describe('a partition reader', () => {
  it('sees all that is produced once it has started, and nothing from before or elsewhere', async () => {
    const topic = await newTopic(messaging, { partitions: 3 });
    await publishNumbered(messaging, topic, { count: 100, partition: 1 });
    const seen: string[] = [];
    const reader = createPartitionReader(messaging, {
      topic,
      partition: 1,
      onRecord: ({ value }) => {
        seen.push(String(value));
        // A handler's error, even one that kafkajs takes for a bug, ends nothing.
        throw new TypeError('value is not what was expected');
      },
    });
    await reader.start();
    await publishNumbered(messaging, topic, { count: 50, from: 500, partition: 2 });
    await publishNumbered(messaging, topic, { count: 200, from: 100, partition: 1 });
    await eventually(() => seen.length >= 200);
    expect(new Set(seen)).toEqual(new Set(numberedKeys(200, 100)));
    expect(reader.health().healthy).toBe(true);
    const stopping = Date.now();
    await reader.stop();
    expect(Date.now() - stopping).toBeLessThan(2_000);
  });

  it('misses nothing of what is produced while it stalls', async () => {
    const topic = await newTopic(messaging);
    const options = JSON.stringify({ brokers: messaging.brokers.join(','), topic, partition: 0 });
    const script = fileURLToPath(new URL('./reader-process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=tributary-source', script, options], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning' },
    });
    try {
      const lines: string[] = [];
      createInterface(child.stdout).on('line', (line) => lines.push(line));
      await eventually(() => lines.includes('started'));
      await publishNumbered(messaging, topic, { count: 100 });
      await eventually(() => lines.length >= 101);
      child.kill('SIGSTOP');
      await publishNumbered(messaging, topic, { count: 1_000, from: 100 });
      // The session of 10 s ends meanwhile, so the reader has to join its group anew.
      await delay(11_500);
      child.kill('SIGCONT');
      await publishNumbered(messaging, topic, { count: 100, from: 1_100 });
      await eventually(() => lines.length >= 1_201);
      expect(lines.slice(1).sort()).toEqual(numberedKeys(1_200).sort());
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
});
