import { createHmac } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { drained } from '../lag.ts';
import { body, load } from '../load.ts';
import type { LoadResult } from '../load.ts';
import { startProgram } from '../process.ts';
import type { Row } from '../report.ts';
import type { BenchSystem } from '../system.ts';

const SECONDS = 10;
/** Throughput is measured in turns, and of each the median counts: a machine's speed changes within a run. */
const ROUNDS = 3;
const ROUND_SECONDS = 3;
const CONNECTIONS = 128;
const SECRET = 'a secret of the benchmark';
const signed = {
  'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
};

/**
 * Webhooks a second at the ingress, and their latency, beside the floor of the same work on the same broker: throughput with
 * many connections, latency at 200 requests a second. First the floor, the ingress and the bare loop alone with Kafka; then
 * with the whole system working on what comes in, on the same cores.
 */
export async function ingress(kafkaName: string, system: BenchSystem): Promise<Row[]> {
  const admin = new Kafka({
    clientId: 'bench',
    brokers: system.kafka.split(','),
    logLevel: logLevel.ERROR,
  }).admin();
  await admin.connect();
  const floor = await startFloor(system.kafka, admin);
  const loop = await startBareLoop(system.kafka, admin);
  const receipt = await system.createWebhook('receipt');
  const guarded = await system.createWebhook('receipt', {
    authentication: [{ type: 'signature', preset: 'github', secrets: [SECRET] }],
    limits: { requests_per_second: 1_000_000, concurrency: 10_000 },
  });
  const quiet = await system.createWebhook('quiet');
  const others = ['template-renderer', 'event-store', 'management'];
  // The broker compiles what is hot before it is quick: whoever comes first would pay for all.
  await load(floor.url, { seconds: 20, connections: CONNECTIONS });
  const alone = await system.without(others, () =>
    measureInTurns([
      { what: 'floor: node:http and kafkajs in micro-batches', url: floor.url },
      { what: 'ingress alone, receipt', url: receipt },
      { what: 'ingress alone, receipt with HMAC verification and limits', url: guarded, headers: signed },
      { what: 'bare loop: produced, consumed, one transaction, replied', url: loop.url },
    ]),
  );
  await floor.stop();
  await loop.stop();
  const settled = () => drained(admin);
  await settled();
  const together = await measureInTurns(
    [
      { what: 'whole system, receipt', url: receipt },
      { what: 'whole system, quiet', url: quiet },
    ],
    settled,
  );
  await admin.disconnect();
  const floorRate = alone[0]!.full.requestsPerSecond;
  return [...alone, ...together].map((each) => row(kafkaName, each, floorRate));
}

interface Candidate {
  what: string;
  url: string;
  headers?: Record<string, string>;
}

/** `settled` resolves when what the last load left behind is worked off. */
async function measureInTurns(
  candidates: Candidate[],
  settled: () => Promise<void> = () => Promise.resolve(),
): Promise<Measured[]> {
  const runs = candidates.map((candidate) => ({ ...candidate, rounds: [] as LoadResult[] }));
  for (const { url, headers = {} } of runs)
    await load(url, { seconds: ROUND_SECONDS, connections: CONNECTIONS, headers });
  for (let round = 0; round < ROUNDS; round++) {
    for (const { url, headers = {}, rounds } of runs) {
      await settled();
      rounds.push(await load(url, { seconds: ROUND_SECONDS, connections: CONNECTIONS, headers }));
    }
  }
  const measured: Measured[] = [];
  for (const { what, url, headers = {}, rounds } of runs) {
    await settled();
    rounds.sort((a, b) => a.requestsPerSecond - b.requestsPerSecond);
    const calm = await load(url, { seconds: SECONDS, connections: 16, rate: 200, headers });
    measured.push({ what, full: rounds[Math.floor(ROUNDS / 2)]!, calm });
  }
  return measured;
}

interface Measured {
  what: string;
  full: LoadResult;
  calm: LoadResult;
}

function row(kafkaName: string, { what, full, calm }: Measured, floorRate: number): Row {
  return {
    what: `${kafkaName}: ${what}`,
    'req/s': full.requestsPerSecond,
    'of floor': full.requestsPerSecond / floorRate,
    'p50 ms': full.p50,
    'p99 ms': full.p99,
    'p50 ms at 200/s': calm.p50,
    'p99 ms at 200/s': calm.p99,
    failed: full.failed + calm.failed,
  };
}

interface Target {
  url: string;
  stop: () => Promise<void>;
}

async function startFloor(brokers: string, admin: Admin): Promise<Target> {
  const topic = `bench.floor.${process.pid}`;
  await admin.createTopics({ topics: [{ topic, numPartitions: 6 }], waitForLeaders: true });
  const floor = await startProgram<{ port: number }>('apps/bench/src/floor.ts', {
    env: { BROKERS: brokers, TOPIC: topic },
  });
  return {
    url: `http://127.0.0.1:${floor.ready.port}/`,
    stop: async () => {
      await floor.stop();
      await admin.deleteTopics({ topics: [topic] });
    },
  };
}

async function startBareLoop(brokers: string, admin: Admin): Promise<Target> {
  const prefix = `bench.loop.${process.pid}`;
  const topics = [
    { topic: `${prefix}.requests`, numPartitions: 6 },
    { topic: `${prefix}.events`, numPartitions: 6 },
    { topic: `${prefix}.replies`, numPartitions: 1 },
  ];
  await admin.createTopics({ topics, waitForLeaders: true });
  const start = <Ready>(role: string) =>
    startProgram<Ready>('apps/bench/src/bare-loop.ts', {
      env: { BROKERS: brokers, TOPIC: prefix, ROLE: role },
    });
  const worker = await start('worker');
  const front = await start<{ port: number }>('front');
  return {
    url: `http://127.0.0.1:${front.ready.port}/`,
    stop: async () => {
      await front.stop();
      await worker.stop();
      await admin.deleteTopics({ topics: topics.map(({ topic }) => topic) });
    },
  };
}
