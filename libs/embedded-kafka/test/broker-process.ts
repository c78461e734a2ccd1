import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Kafka, Partitioners, logLevel } from 'kafkajs';
import type { Consumer, EachMessagePayload, Producer, ProducerConfig } from 'kafkajs';
import { createBroker } from '../src/broker.ts';
import type { Broker, BrokerOptions } from '../src/broker.ts';

/** What a test has opened; `close` undoes it in reverse. */
export interface Resources {
  readonly directory: string;
  defer(release: () => unknown): void;
  close(): Promise<void>;
}

/** A fresh directory and a list of what to undo. */
export function openResources(): Resources {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'embedded-kafka-'));
  const releases: (() => unknown)[] = [() => fs.rmSync(directory, { recursive: true, force: true })];
  return {
    directory,
    defer: (release) => releases.push(release),
    close: async () => {
      for (const release of releases.splice(0).reverse()) await release();
    },
  };
}

/** A started broker in this process. */
export async function startBroker(
  resources: Resources,
  options: Partial<BrokerOptions> = {},
): Promise<Broker> {
  const broker = createBroker({ port: 0, dataDir: path.join(resources.directory, 'data'), ...options });
  await broker.start();
  resources.defer(() => broker.stop());
  return broker;
}

/** A broker in a process of its own, to be killed. */
export interface BrokerProcess {
  readonly port: number;
  readonly process: ChildProcess;
  /** Milliseconds from the start of the process to its ready line. */
  readonly readyMs: number;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Runs the command line until it says that it is ready. */
export async function spawnBroker(
  resources: Resources,
  args: readonly string[] = [],
): Promise<BrokerProcess> {
  const main = fileURLToPath(new URL('../bin/embedded-kafka.js', import.meta.url));
  const data = path.join(resources.directory, 'data');
  const started = performance.now();
  const logFile = path.join(resources.directory, 'broker.log');
  const log = fs.openSync(logFile, 'a');
  const child = spawn(process.execPath, [main, '--json', '--data', data, ...args], {
    stdio: ['ignore', 'pipe', log],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  fs.closeSync(log);
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  resources.defer(() => kill('SIGKILL'));
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(
      `the broker ended with ${String(code)}: ${fs.readFileSync(logFile, 'utf8').slice(-2000)}`,
    );
  });
  died.catch(() => undefined); // Only an end before it is ready is an error.
  const ready = once(createInterface({ input: child.stdout! }), 'line') as Promise<[string]>;
  const [line] = await Promise.race([ready, died]);
  const { port } = JSON.parse(line) as { port: number };
  return { port, process: child, readyMs: performance.now() - started, kill };
}

const retry = { initialRetryTime: 20, maxRetryTime: 200, factor: 0, retries: 1000 };

/** A kafkajs client that keeps silent and retries quickly. */
export function kafkaOf(port: number): Kafka {
  return new Kafka({ brokers: [`127.0.0.1:${port}`], clientId: 'test', logLevel: logLevel.NOTHING, retry });
}

/** A connected producer. */
export async function connectProducer(
  resources: Resources,
  kafka: Kafka,
  options: ProducerConfig = {},
): Promise<Producer> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry, ...options });
  await producer.connect();
  resources.defer(() => producer.disconnect());
  return producer;
}

/** Creates a topic with one partition unless told otherwise. */
export async function createTopic(
  kafka: Kafka,
  topic: string,
  options: { numPartitions?: number; configs?: Record<string, string> } = {},
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = Object.entries(options.configs ?? {}).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: [{ topic, numPartitions: options.numPartitions ?? 1, configEntries }] });
  await admin.disconnect();
}

/** Starts to consume a topic from its beginning into `onMessage`. */
export async function consume(
  resources: Resources,
  kafka: Kafka,
  options: {
    topic: string;
    groupId: string;
    readUncommitted?: boolean;
    onMessage: (payload: EachMessagePayload) => unknown;
  },
): Promise<Consumer> {
  const consumer = kafka.consumer({
    groupId: options.groupId,
    readUncommitted: options.readUncommitted ?? false,
    maxWaitTimeInMs: 100,
    heartbeatInterval: 200,
    sessionTimeout: 2000,
    rebalanceTimeout: 3000,
    retry,
  });
  await consumer.connect();
  resources.defer(() => consumer.disconnect());
  await consumer.subscribe({ topic: options.topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async (payload) => {
      await options.onMessage(payload);
    },
  });
  return consumer;
}

/** Waits until a condition holds, and fails with what it says otherwise. */
export async function until(what: string, holds: () => unknown, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
