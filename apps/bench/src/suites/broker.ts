import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, Partitioners, logLevel } from 'kafkajs';
import { KAFKA_JVM, startApacheKafka } from '../apache-kafka.ts';
import { root, startProgram } from '../process.ts';
import type { Row } from '../report.ts';

const run = promisify(execFile);

const RECORDS = 500_000;
const WARM_UP_RECORDS = 100_000;
const RECORD_BYTES = 1_000;
const ROUND_TRIPS = 3_000;

const TOOL_JVM = `-Xmx512M ${KAFKA_JVM}`;

interface RunningBroker {
  address: string;
  pid: number;
  stop: () => Promise<void>;
}

/**
 * The embedded broker against Apache Kafka with its defaults, one after the other on the same disk: throughput by Apache
 * Kafka's own tools (acks=all, idempotent, one partition), the way of one record from producer to consumer, memory, start.
 */
export async function broker(): Promise<Row[]> {
  const classPath = await kafkaClassPath();
  const columns: [string, Record<string, number>][] = [];
  for (const [name, start] of [
    ['Apache Kafka', startApache],
    ['embedded Kafka', startEmbedded],
  ] as const) {
    const running = await start();
    const startMs = await ageMs(running.pid);
    const figures = { 'start to ready, ms': startMs, ...(await measure(running, classPath)) };
    columns.push([name, figures]);
    await running.stop();
  }
  const names = Object.keys(columns[0]![1]);
  return names.map((what) => ({
    what,
    ...Object.fromEntries(columns.map(([name, figures]) => [name, figures[what]!])),
  }));
}

async function startApache(): Promise<RunningBroker> {
  const { ready, pid, stop } = await startApacheKafka();
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]);
  return { address: ready.brokers, pid: Number(stdout.trim().split('\n')[0]), stop };
}

async function startEmbedded(): Promise<RunningBroker> {
  const data = await mkdtemp(join(tmpdir(), 'tributary-bench-kafka-'));
  const program = 'libs/embedded-kafka/bin/embedded-kafka.js';
  const args = ['--json', '--port', '0', '--data', data];
  /* Once before, so that what Node compiled is at hand, as in every start but a machine's first. */
  await (await startProgram(program, { args })).stop();
  const { ready, pid, stop } = await startProgram<{ address: string }>(program, { args });
  return {
    address: ready.address,
    pid,
    stop: async () => {
      await stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function measure({ address, pid }: RunningBroker, classPath: string): Promise<Record<string, number>> {
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'perf' }, { topic: 'one-by-one' }], waitForLeaders: true });
  await admin.disconnect();
  const tool = async (name: string, args: string[]) => {
    const java = ['-cp', classPath, ...TOOL_JVM.split(' '), `org.apache.kafka.tools.${name}`];
    const more = ['--bootstrap-server', address, '--topic', 'perf', ...args];
    const { stdout } = await run('java', [...java, ...more], { maxBuffer: 1 << 26 });
    return stdout.trim().split('\n').at(-1)!;
  };
  const produce = async (count: number) => {
    const sizes = ['--num-records', String(count), '--record-size', String(RECORD_BYTES)];
    const line = await tool('ProducerPerformance', [...sizes, '--throughput', '-1']);
    return Number(/\(([\d.]+) MB\/sec\)/.exec(line)?.[1]);
  };
  await produce(WARM_UP_RECORDS);
  const produced = await produce(RECORDS);
  const count = String(WARM_UP_RECORDS + RECORDS);
  const fetched = await tool('ConsumerPerformance', ['--num-records', count, '--timeout', '60000']);
  const latencies = await roundTrips(kafka);
  return {
    'produce, MB/s': produced,
    'fetch, MB/s': Number(fetched.split(', ')[8]),
    'round trip p50, ms': latencies[latencies.length >> 1]!,
    'round trip p99, ms': latencies[Math.floor(latencies.length * 0.99)]!,
    'memory after that, MiB': await statusMib(pid, 'VmRSS'),
    'memory at most, MiB': await statusMib(pid, 'VmHWM'),
  };
}

/** Milliseconds from sending a record to having it back, one record after the other, in ascending order. */
async function roundTrips(kafka: Kafka): Promise<number[]> {
  const topic = 'one-by-one';
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: 'bench' });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic, fromBeginning: true });
  let arrived: () => void = () => undefined;
  await consumer.run({
    autoCommit: false,
    eachMessage: () => {
      arrived();
      return Promise.resolve();
    },
  });
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS * 1.5; i++) {
    const back = new Promise<void>((resolve) => (arrived = resolve));
    const sent = performance.now();
    await producer.send({ topic, messages: [{ value: 'x'.repeat(RECORD_BYTES) }] });
    await back;
    times.push(performance.now() - sent);
  }
  await Promise.all([producer.disconnect(), consumer.disconnect()]);
  return times.slice(-ROUND_TRIPS).sort((a, b) => a - b);
}

async function kafkaClassPath(): Promise<string> {
  const program = `import { kafkaClassPath } from ${JSON.stringify(`${root}libs/testing/src/kafka-jars.ts`)};
    process.stdout.write(await kafkaClassPath());`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
  return stdout;
}

/** Milliseconds since a process was started, to a hundredth of a second. */
async function ageMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  /* Field 22, in ticks since the machine's start; the name before it stands in brackets. */
  const startedAt = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) / 100;
  const now = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
  return Math.round((now - startedAt) * 1000);
}

async function statusMib(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}
