import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  connectProducer,
  consume,
  createTopic,
  kafkaOf,
  openResources,
  spawnBroker,
  startBroker,
  until,
} from './broker-process.ts';
import type { BrokerProcess, Resources } from './broker-process.ts';

/** kill -9 so many times; a longer run is asked for with CRASH_ROUNDS. */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 50);

let resources: Resources;

beforeEach(() => {
  resources = openResources();
});

afterEach(() => resources.close());

/** Two records in two partitions per transaction, with an offset; returns what was acknowledged and when to stop. */
async function produceTransactions(
  port: number,
  acknowledged: Set<string>,
  state: { isOver: boolean; next: number },
) {
  const kafka = kafkaOf(port);
  while (!state.isOver) {
    const producer = await connectProducer(resources, kafka, {
      transactionalId: 'under load',
      idempotent: true,
      maxInFlightRequests: 1,
    });
    try {
      for (; !state.isOver; state.next++) {
        const value = String(state.next);
        const transaction = await producer.transaction();
        await transaction.send({
          topic: 'pairs',
          messages: [0, 1].map((partition) => ({ partition, value })),
        });
        await transaction.sendOffsets({
          consumerGroupId: 'input',
          topics: [{ topic: 'pairs', partitions: [{ partition: 0, offset: value }] }],
        });
        await transaction.commit();
        acknowledged.add(value);
      }
    } catch {
      /* The outcome of this transaction is unknown: its value is not used again. */
      state.next++;
      await producer.disconnect();
    }
  }
}

async function producePlain(
  port: number,
  acknowledged: Set<string>,
  state: { isOver: boolean; next: number },
) {
  const producer = await connectProducer(resources, kafkaOf(port), {
    idempotent: true,
    maxInFlightRequests: 1,
  });
  while (!state.isOver) {
    const messages = Array.from({ length: 20 }, () => ({ value: String(state.next++) }));
    await producer.send({ topic: 'plain', messages });
    for (const { value } of messages) acknowledged.add(value);
  }
}

function isSubset(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((item) => whole.has(item));
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return port;
}

describe('kill -9 under load', () => {
  it('loses nothing acknowledged, doubles nothing, and shows no transaction by half', async () => {
    const port = await freePort();
    const run = () => spawnBroker(resources, ['--port', String(port)]);
    let broker: BrokerProcess = await run();
    const kafka = kafkaOf(port);
    await createTopic(kafka, 'plain', { configs: { 'segment.bytes': '100000' } });
    await createTopic(kafka, 'pairs', { numPartitions: 2, configs: { 'segment.bytes': '20000' } });
    const plain = { isOver: false, next: 0 };
    const pairs = { isOver: false, next: 0 };
    const acknowledgedPlain = new Set<string>();
    const acknowledgedPairs = new Set<string>();
    const producing = [
      producePlain(port, acknowledgedPlain, plain),
      produceTransactions(port, acknowledgedPairs, pairs),
    ];
    for (let round = 0; round < ROUNDS; round++) {
      const before = acknowledgedPairs.size;
      await until('progress', () => acknowledgedPairs.size > before + 2);
      await pause(Math.random() * 100);
      await broker.kill('SIGKILL');
      broker = await run();
    }
    const before = acknowledgedPairs.size;
    await until('progress after the last kill', () => acknowledgedPairs.size > before + 5);
    plain.isOver = true;
    pairs.isOver = true;
    await Promise.all(producing);

    const seenPlain: string[] = [];
    const seenPairs: string[] = [];
    const collect = (topic: string, into: string[]) =>
      consume(resources, kafka, {
        topic,
        groupId: `readers of ${topic}`,
        onMessage: ({ message, partition }) =>
          into.push(topic === 'pairs' ? `${partition} ${String(message.value)}` : String(message.value)),
      });
    await collect('plain', seenPlain);
    await collect('pairs', seenPairs);
    await until('everything plain', () => isSubset(acknowledgedPlain, new Set(seenPlain)));
    const last = [...acknowledgedPairs].at(-1) ?? '';
    await until('every pair', () => [0, 1].every((partition) => seenPairs.includes(`${partition} ${last}`)));
    expect(seenPlain).toHaveLength(new Set(seenPlain).size);
    const halves = [0, 1].map((p) => seenPairs.filter((s) => s.startsWith(`${p} `)).map((s) => s.slice(2)));
    expect(halves[0]).toEqual(halves[1]);
    expect(new Set(halves[0]).size).toBe(halves[0]?.length);
    expect(isSubset(acknowledgedPairs, new Set(halves[0]))).toBe(true);

    const admin = kafka.admin();
    await admin.connect();
    resources.defer(() => admin.disconnect());
    const [offsets] = await admin.fetchOffsets({ groupId: 'input', topics: ['pairs'] });
    expect(offsets?.partitions.find(({ partition }) => partition === 0)?.offset).toBe(halves[0]?.at(-1));
  }, 300_000);
});

describe('the command line', () => {
  const main = fileURLToPath(new URL('../bin/embedded-kafka.js', import.meta.url));

  async function runMain(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stderr };
  }

  it('stops cleanly on SIGTERM, and is soon ready again', async () => {
    const first = await spawnBroker(resources, ['--port', '0']);
    await createTopic(kafkaOf(first.port), 'kept', { numPartitions: 50 });
    await first.kill('SIGTERM');
    expect(first.process.exitCode).toBe(0);
    const second = await spawnBroker(resources, ['--port', '0']);
    const admin = kafkaOf(second.port).admin();
    await admin.connect();
    resources.defer(() => admin.disconnect());
    expect(await admin.listTopics()).toEqual(['kept']);
  });

  it('says in a sentence that the port is in use', async () => {
    const broker = await startBroker(resources);
    const { code, stderr } = await runMain([
      '--port',
      String(broker.port),
      '--data',
      `${resources.directory}/other`,
    ]);
    expect([code, stderr]).toEqual([1, `embedded-kafka: The port ${broker.port} is in use.\n`]);
  });

  it('says in a sentence that the data directory is in use', async () => {
    await startBroker(resources);
    const { code, stderr } = await runMain(['--port', '0', '--data', `${resources.directory}/data`]);
    expect(code).toBe(1);
    expect(stderr).toContain(`is in use by the process ${process.pid}.`);
  });

  it.each(['/dev/null/nowhere', '/proc/nowhere/at/all'])(
    'says in a sentence that the data directory %s cannot be written',
    async (directory) => {
      const { code, stderr } = await runMain(['--port', '0', '--data', directory]);
      const [start, end] = [`The data directory ${directory} cannot be written: `, '.\n'];
      expect([code, stderr]).toEqual([1, expect.stringContaining(`embedded-kafka: ${start}`)]);
      expect(stderr.indexOf(end)).toBe(stderr.length - end.length);
    },
  );

  it.each([[['--port', 'x']], [['--nonsense']], [['--port', '70000']]])(
    'refuses %j with code 2',
    async (args) => {
      const { code, stderr } = await runMain(args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^embedded-kafka: .+\n$/);
    },
  );
});
