import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { apis } from '../src/protocol/apis.ts';
import { readResponse, writeRequest } from './client-frames.ts';
import type { ApiName } from '../src/protocol/apis.ts';
import { BATCH_HEADER_BYTES, hasValidCrc, readBatchHeader } from '../src/log/record-batch.ts';
import { versionRange } from '../src/protocol/schema.ts';
import { openResources, spawnBroker } from './broker-process.ts';
import type { BrokerProcess, Resources } from './broker-process.ts';
import { buildTestBatch } from './build-test-batch.ts';
import { connectFrames } from './frame-client.ts';
import type { AnyResponse, FrameClient } from './frame-client.ts';

const NO_ID = '00000000-0000-0000-0000-000000000000';
const FRAMES = Number(process.env['FUZZ_FRAMES'] ?? 10_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);

let resources: Resources;
let broker: BrokerProcess;
const clients: FrameClient[] = [];

function useBroker(): void {
  beforeAll(async () => {
    resources = openResources();
    broker = await spawnBroker(resources, ['--port', '0']);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(() => resources.close());
}

async function connect() {
  const client = await connectFrames(broker.port);
  clients.push(client);
  return client;
}

const topicOf = (name: string) => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [{ name: 'max.message.bytes', value: '20000000' }],
});

async function createTopic(name: string) {
  const client = await connect();
  await client.send('createTopics', 5, { topics: [topicOf(name)], timeoutMs: 1000, validateOnly: false });
  return client;
}

const produceTo = (name: string, records: Buffer) => ({
  transactionalId: null,
  acks: -1,
  timeoutMs: 1000,
  topics: [{ name, topicId: NO_ID, partitions: [{ index: 0, records }] }],
});

const fetchOf = (name: string, more: { maxWaitMs?: number; fetchOffset?: number } = {}) => ({
  maxWaitMs: more.maxWaitMs ?? 0,
  minBytes: 1,
  maxBytes: 50 << 20,
  isolationLevel: 0,
  sessionId: 0,
  topics: [
    {
      name,
      topicId: NO_ID,
      partitions: [{ index: 0, fetchOffset: more.fetchOffset ?? 0, partitionMaxBytes: 50 << 20 }],
    },
  ],
  forgottenTopics: [],
});

/** Resident memory of the broker in MiB. */
function residentMib(): number {
  const status = fs.readFileSync(`/proc/${broker.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Others are served: a hang would outlast the test. */
async function answers(): Promise<void> {
  const client = await connect();
  await client.send('apiVersions', 3, { clientSoftwareName: 'test', clientSoftwareVersion: '1' });
}

describe('what no client should send', () => {
  useBroker();

  it.each([
    ['an unknown API', Buffer.from('0000000a7fff000000000001ffff', 'hex')],
    ['an unknown version', Buffer.from('0000000a0003007700000001ffff', 'hex')],
    ['a frame of 2 GiB', Buffer.from('7fffffff00030000', 'hex')],
    ['a frame of negative size', Buffer.from('ffffffff00030000', 'hex')],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('closes the connection on %s', async (_, bytes) => {
    const client = await connect();
    client.write(bytes);
    await expect(client.next()).rejects.toThrow('closed');
    await answers();
  });

  it('answers an unknown version of ApiVersions in version 0', async () => {
    const client = await connect();
    client.write(Buffer.from('0000000a0012006300000007ffff', 'hex'));
    /* Correlation id 7, error 35, one entry: key 18, versions 0 to 4. */
    expect((await client.next()).toString('hex')).toBe(
      '00000007' + '0023' + '00000001' + '0012' + '0000' + '0004',
    );
  });

  it(`survives ${FRAMES} mutated frames (FUZZ_SEED=${SEED})`, async () => {
    await createTopic('fuzzed');
    const random = randomFrom(SEED);
    const names = Object.keys(apis) as ApiName[];
    const dial = () =>
      net
        .connect(broker.port, '127.0.0.1')
        .on('error', () => undefined)
        .resume();
    let client = dial();
    for (let i = 0; i < FRAMES; i++) {
      const frame = mutate(sampleFrame(names[random(names.length)] as ApiName, random), random);
      if (client.destroyed || client.closed) client = dial();
      client.write(frame);
      if (random(4) === 0) {
        client.destroySoon();
        await once(client, 'close');
      }
    }
    client.destroy();
    await answers();
    expect(broker.process.exitCode).toBeNull();
    const producer = await createTopic('afterwards');
    const { topics } = await producer.send('produce', 9, produceTo('afterwards', buildTestBatch()));
    expect(topics[0]?.partitions[0]?.errorCode).toBe(0);
  });
});

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A request with the fields of its version, that waits for nothing. */
function sampleFrame(name: ApiName, random: (below: number) => number): Buffer {
  const { min, max } = versionRange(apis[name].versions);
  const version = min + random(max - min + 1);
  const request: Record<string, unknown> = {
    ...fetchOf('fuzzed'),
    ...produceTo('fuzzed', buildTestBatch()),
    groupId: 'fuzzed',
    memberId: '',
    transactionalId: 'fuzzed',
  };
  if (name === 'fetch') Object.assign(request, fetchOf('fuzzed'));
  try {
    return Buffer.concat(writeRequest(name, version, 1, request as never));
  } catch {
    /* Where the common fields do not fit this API, an empty request has to do. */
    return Buffer.concat(writeRequest(name, version, 1, {} as never));
  }
}

function mutate(frame: Buffer, random: (below: number) => number): Buffer {
  for (let n = 1 + random(4); n > 0; n--) {
    const at = 4 + random(frame.length - 4);
    frame[at] = random(3) === 0 ? 0xff : random(256);
  }
  if (random(5) > 0) return frame;
  const cut = frame.subarray(0, Math.max(12, random(frame.length)));
  cut.writeInt32BE(cut.length - 4, 0);
  return cut;
}

describe('memory', () => {
  useBroker();

  it('does not grow by what frames announce', async () => {
    const before = residentMib();
    for (let i = 0; i < 200; i++) {
      const client = await connect();
      client.write(Buffer.from('05f5e100' + '00000009', 'hex'));
    }
    await answers();
    expect(residentMib() - before).toBeLessThan(50);
  });

  it('does not grow by what clients send while an earlier request of theirs waits', async () => {
    await createTopic('empty');
    const before = residentMib();
    const waiting = Buffer.concat(writeRequest('fetch', 11, 1, fetchOf('empty', { maxWaitMs: 30_000 })));
    const request = { clientSoftwareName: 'x'.repeat(60_000), clientSoftwareVersion: '1' };
    const small = Buffer.concat(writeRequest('apiVersions', 3, 2, request));
    const flood = Buffer.concat([waiting, ...Array<Buffer>(60).fill(small)]);
    for (let i = 0; i < 100; i++) (await connect()).write(flood);
    await answers();
    await answers();
    expect(residentMib() - before).toBeLessThan(60);
  });

  it('lets two thousand clients wait, and wakes each', async () => {
    const producer = await createTopic('awaited');
    const many = [];
    for (let i = 0; i < 2000; i++) many.push(await connect());
    const waiting = many.map((client) => client.send('fetch', 11, fetchOf('awaited', { maxWaitMs: 30_000 })));
    await answers();
    await producer.send('produce', 9, produceTo('awaited', buildTestBatch()));
    const answered = await Promise.all(waiting);
    expect(answered.every(({ topics }) => topics[0]?.partitions[0]?.records?.length)).toBe(true);
    expect(residentMib()).toBeLessThan(200);
    await answers();
  });

  it('sends each client what it asked for, though the buffers of answers are used again', async () => {
    const producer = await createTopic('distinct');
    for (let i = 0; i < 20; i++) {
      const batch = buildTestBatch({
        records: [{ key: 'k', value: String.fromCharCode(97 + i).repeat(300_000) }],
      });
      await producer.send('produce', 9, produceTo('distinct', batch));
    }
    const ask = (fetchOffset: number) => ({ ...fetchOf('distinct', { fetchOffset }), maxBytes: 700_000 });
    const expectWhole = ({ topics }: AnyResponse<'fetch'>, fetchOffset: number) => {
      const records = topics[0]?.partitions[0]?.records ?? Buffer.alloc(0);
      const found: [number, boolean][] = [];
      for (let at = 0; at + BATCH_HEADER_BYTES <= records.length;) {
        const { baseOffset, sizeBytes } = readBatchHeader(records, at);
        found.push([baseOffset, hasValidCrc(records, at, sizeBytes)]);
        at += sizeBytes;
      }
      const expected = [fetchOffset, fetchOffset + 1].filter((offset) => offset < 20);
      expect(found).toEqual(expected.map((offset) => [offset, true]));
    };
    /* More than the operating system takes for a client that does not read: an answer stays with the broker. */
    const offsets = Array.from({ length: 30 }, (_, n) => (n * 3) % 20);
    const stalled = await Promise.all(Array.from({ length: 5 }, connect));
    for (const client of stalled) {
      client.socket.pause();
      for (const offset of offsets)
        client.write(Buffer.concat(writeRequest('fetch', 11, offset, ask(offset))));
    }
    for (let round = 0; round < 40; round++) {
      expectWhole(await producer.send('fetch', 11, ask(round % 20)), round % 20);
    }
    for (const client of stalled) {
      client.socket.resume();
      for (const offset of offsets)
        expectWhole(readResponse(await client.next(), 'fetch', 11).response, offset);
    }
  });

  it('stays bounded when many ask for much and read nothing, while others are served', async () => {
    const producer = await createTopic('much');
    const batch = buildTestBatch({ records: [{ key: 'k', value: 'x'.repeat(1 << 20) }] });
    for (let i = 0; i < 40; i++) await producer.send('produce', 9, produceTo('much', Buffer.from(batch)));
    const frame = Buffer.concat(writeRequest('fetch', 11, 1, fetchOf('much')));
    for (let i = 0; i < 100; i++) {
      const client = await connect();
      client.socket.pause();
      for (let n = 0; n < 5; n++) client.write(frame);
    }
    await answers();
    await answers();
    expect(residentMib()).toBeLessThan(500);
  });
});
