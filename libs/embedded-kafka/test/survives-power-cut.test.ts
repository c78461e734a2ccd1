import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { isAbortMarker, readBatchHeader } from '../src/log/record-batch.ts';
import { readRecords } from '../src/log/records.ts';
import {
  connectProducer,
  createTopic,
  kafkaOf,
  openResources,
  startBroker,
  until,
} from './broker-process.ts';
import type { Resources } from './broker-process.ts';
import { connectFrames } from './frame-client.ts';
import type { FrameClient } from './frame-client.ts';

const CUTS = 20;
/** Which part of what was not synchronized survives a cut is up to chance. */
const SEED = Number(process.env['POWER_SEED'] ?? Date.now() % 1_000_000);

let resources: Resources;
/** Bytes that the disk has for certain of each file, by inode, as files are renamed. */
let durable: Map<number, number>;

beforeEach(() => {
  resources = openResources();
  durable = new Map();
  const note = (fd: number) => {
    const { ino, size } = fs.fstatSync(fd);
    return () => durable.set(ino, size);
  };
  const { fdatasync, fdatasyncSync, fsyncSync } = fs;
  const noteFirst = (sync: (fd: number) => void) => (fd: number) => {
    const synced = note(fd);
    sync(fd);
    synced();
  };
  jest.spyOn(fs, 'fdatasyncSync').mockImplementation(noteFirst(fdatasyncSync));
  jest.spyOn(fs, 'fsyncSync').mockImplementation(noteFirst(fsyncSync));
  jest.spyOn(fs, 'fdatasync').mockImplementation((fd, callback) => {
    const synced = note(fd);
    fdatasync(fd, (error) => {
      if (!error) synced();
      callback(error);
    });
  });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await resources.close();
});

/** Copies a directory as a power cut at this moment may leave it: of each file, what was synchronized and a part of the rest. */
function cutPower(from: string, to: string, random: () => number): void {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) cutPower(source, target, random);
    else {
      const { ino, size } = fs.statSync(source);
      const kept = Math.min(size, durable.get(ino) ?? 0);
      fs.writeFileSync(
        target,
        fs.readFileSync(source).subarray(0, kept + Math.floor(random() * (size - kept))),
      );
    }
  }
}

/** The values of a partition that a committed-only reader sees, in order. */
async function readCommitted(client: FrameClient, name: string, index: number): Promise<string[]> {
  const values: string[] = [];
  const partition = { index, partitionMaxBytes: 1 << 20 };
  for (let fetchOffset = 0; ;) {
    const { topics } = await client.send('fetch', 11, {
      ...{
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1 << 20,
        isolationLevel: 1,
        sessionId: 0,
        forgottenTopics: [],
      },
      topics: [{ name, topicId: '', partitions: [{ ...partition, fetchOffset }] }],
    });
    const { records, abortedTransactions } = topics[0]!.partitions[0]!;
    if (!records?.length) return values;
    const aborted = [...(abortedTransactions ?? [])].sort((a, b) => a.firstOffset - b.firstOffset);
    for (let at = 0; at < records.length;) {
      const header = readBatchHeader(records, at);
      const first = aborted.findIndex(({ producerId }) => producerId === header.producerId);
      const isAborted = header.baseOffset >= (aborted[first]?.firstOffset ?? Infinity);
      if (header.isControl && isAborted && isAbortMarker(records, at)) aborted.splice(first, 1);
      if (!header.isControl && !isAborted)
        values.push(...readRecords(header, records, at).map(({ value }) => String(value)));
      at += header.sizeBytes;
      fetchOffset = header.lastOffset + 1;
    }
  }
}

it(`with fsync, a power cut loses nothing acknowledged and shows no transaction by half (POWER_SEED=${SEED})`, async () => {
  const broker = await startBroker(resources, { fsync: true, maintenanceIntervalMs: 20 });
  const kafka = kafkaOf(broker.port);
  const configs = { 'segment.bytes': '5000' };
  await createTopic(kafka, 'pairs', { numPartitions: 2, configs });
  await createTopic(kafka, 'plain', { configs });
  const plain = await connectProducer(resources, kafka);
  const pairs = await connectProducer(resources, kafka, { transactionalId: 'pairs', maxInFlightRequests: 1 });
  const acknowledged = { plain: 0, pairs: 0 };
  let isOver = false;

  async function producePlain(): Promise<void> {
    while (!isOver) {
      await plain.send({ topic: 'plain', messages: [{ value: String(acknowledged.plain) }] });
      acknowledged.plain++;
    }
  }

  /** The third of each three transactions is aborted. */
  async function producePairs(): Promise<void> {
    for (let n = 0; !isOver; n++) {
      const isAborted = n % 3 === 2;
      const value = isAborted ? 'aborted' : String(acknowledged.pairs);
      const transaction = await pairs.transaction();
      await transaction.send({ topic: 'pairs', messages: [0, 1].map((partition) => ({ partition, value })) });
      const partitions = [{ partition: 0, offset: isAborted ? '999999' : value }];
      await transaction.sendOffsets({ consumerGroupId: 'input', topics: [{ topic: 'pairs', partitions }] });
      await (isAborted ? transaction.abort() : transaction.commit());
      if (!isAborted) acknowledged.pairs++;
    }
  }

  const producing = [producePlain(), producePairs()];
  const random = randomFrom(SEED);
  const cuts: { dataDir: string; plain: number; pairs: number }[] = [];
  while (cuts.length < CUTS) {
    const before = acknowledged.pairs;
    await until('progress', () => acknowledged.pairs > before + 2);
    await new Promise((resolve) => setTimeout(resolve, random() * 10));
    const dataDir = path.join(resources.directory, `cut-${cuts.length}`);
    cutPower(path.join(resources.directory, 'data'), dataDir, random);
    cuts.push({ dataDir, ...acknowledged });
  }
  isOver = true;
  await Promise.all(producing);

  for (const cut of cuts) {
    fs.rmSync(path.join(cut.dataDir, 'broker.lock'));
    const restarted = await startBroker(resources, { dataDir: cut.dataDir, fsync: true });
    const client = await connectFrames(restarted.port);
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n));
    const seen = await readCommitted(client, 'plain', 0);
    expect(seen.slice(0, cut.plain)).toEqual(numbers(cut.plain));
    const [left = [], right] = [
      await readCommitted(client, 'pairs', 0),
      await readCommitted(client, 'pairs', 1),
    ];
    expect(right).toEqual(left);
    expect(left).toEqual(numbers(left.length));
    expect(left.length).toBeGreaterThanOrEqual(cut.pairs);
    const { topics } = await client.send('offsetFetch', 7, {
      ...{ groupId: 'input', groups: [], requireStable: false },
      topics: [{ name: 'pairs', partitions: [0] }],
    });
    expect(topics[0]?.partitions[0]?.offset).toBe(left.length - 1);
    client.close();
    await restarted.stop();
  }
});

/** Numbers from 0 to 1, the same ones for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
