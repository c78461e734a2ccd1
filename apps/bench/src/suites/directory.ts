import { hash, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { recordHeaders, settingsRecord, topicConfig, topics } from '@tributary/event-schemas';
import type { ActiveWebhookInput } from '@tributary/event-schemas';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { startProgram } from '../process.ts';
import type { Row } from '../report.ts';

const WEBHOOKS = 100_000;
const BATCH = 1_000;
/** What the start has left behind is cleared away while nothing happens. */
const IDLE_MS = 20_000;

const nodeEnv = new URL('../../../ingress/node.env', import.meta.url);

/** The start of an ingress that has to know 100,000 webhooks first, every second one with two secrets, and its memory then. */
export async function directory(): Promise<Row[]> {
  const kafka = await startProgram<{ brokers: string }>('libs/testing/src/kafka-main.ts');
  const { brokers } = kafka.ready;
  await fill(brokers);
  const started = performance.now();
  const port = 20_000 + (process.pid % 10_000);
  const ingress = await startProgram('apps/ingress/src/main.ts', {
    env: {
      KAFKA_BROKERS: brokers,
      MASTER_KEY: `k1:${randomBytes(32).toString('base64')}`,
      // As the stack runs it.
      ...(parseEnv(await readFile(nodeEnv, 'utf8')) as Record<string, string>),
      HOST: '127.0.0.1',
      PORT: String(port),
    },
  });
  while (!(await isReady(port))) await setTimeout(50);
  const startMs = performance.now() - started;
  const cpuSeconds = await cpuOf(ingress.pid);
  await setTimeout(IDLE_MS);
  const [now, peak] = await memory(ingress.pid);
  await ingress.stop();
  await kafka.stop();
  return [
    {
      what: `an ingress with ${WEBHOOKS} webhooks`,
      'start s': startMs / 1000,
      'of CPU s': cpuSeconds,
      MB: now,
      'peak MB': peak,
    },
  ];
}

async function fill(brokers: string): Promise<void> {
  const client = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.ERROR });
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: Object.values(topics).map((topic) => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      configEntries: Object.entries(topicConfig(topic)).map(([name, value]) => ({ name, value })),
    })),
  });
  await admin.disconnect();
  const producer = client.producer({ idempotent: true });
  await producer.connect();
  for (let sent = 0; sent < WEBHOOKS; sent += BATCH) {
    const messages = Array.from({ length: BATCH }, (_, index) => {
      const webhook = record(sent + index);
      return {
        key: webhook.id,
        value: JSON.stringify(webhook),
        headers: { [recordHeaders.schemaVersion]: '1' },
      };
    });
    await producer.send({
      topic: topics.webhooks.name,
      acks: -1,
      compression: CompressionTypes.None,
      messages,
    });
  }
  await producer.disconnect();
}

/** A webhook as management writes it, with a template of 500 characters. */
function record(index: number): ActiveWebhookInput {
  const now = new Date().toISOString();
  const secret = () => ({
    id: randomUUID(),
    encrypted: `v1.k1.${randomBytes(60).toString('base64url')}`,
    set: now,
  });
  return {
    ...settingsRecord.parse({
      name: `webhook ${index}`,
      template: 'x'.repeat(500),
      authentication:
        index % 2 === 0 ? [] : [{ type: 'signature', preset: 'github', secrets: [secret(), secret()] }],
    }),
    id: randomUUID(),
    account: '11111111-1111-4111-8111-111111111111',
    workspace: '22222222-2222-4222-8222-222222222222',
    version: 1,
    created: now,
    updated: now,
    slug_sha256: hash('sha256', randomBytes(16).toString('base64url'), 'hex'),
    slug_encrypted: `v1.k1.${randomBytes(50).toString('base64url')}`,
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
  } catch (error) {
    // Not listening yet.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Seconds of CPU that a process has used (proc(5), `stat`: fields 14 and 15, in hundredths). */
async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory of a process in MB: now, and at most so far. */
async function memory(pid: number): Promise<[now: number, peak: number]> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)![1]) / 1024;
  return [of('VmRSS'), of('VmHWM')];
}
