import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerProcess } from './broker-process.ts';
import { dockerAnswers, startDockerKafka } from './docker-kafka.ts';
import { startEmbeddedKafka } from './embedded-broker.ts';
import { missingForNativeKafka } from './kafka-jars.ts';
import { startNativeKafka } from './native-kafka.ts';
import { freePorts } from './ports.ts';

export type KafkaKind = 'testcontainers' | 'native' | 'embedded';

export interface RunningKafka {
  kind: KafkaKind;
  brokers: string[];
  stop(): Promise<void>;
}

/**
 * Which broker the tests run on. TEST_KAFKA=apache: Apache Kafka, in a container where a Docker engine answers, else
 * from its jars; whatever that lacks is an error. TEST_KAFKA=embedded: ours. TEST_KAFKA=auto, and nothing set: Apache
 * Kafka where the machine can run it, else ours, saying so; with CI set Apache Kafka must run.
 */
export async function chooseKafka(env: NodeJS.ProcessEnv = process.env): Promise<KafkaKind> {
  const wanted = env['TEST_KAFKA'] ?? 'auto';
  if (!['apache', 'embedded', 'auto'].includes(wanted)) {
    throw new Error(`TEST_KAFKA is "${wanted}"; it can be apache, embedded or auto.`);
  }
  if (wanted === 'embedded') return 'embedded';
  if (await dockerAnswers()) return 'testcontainers';
  return chooseProcess(env);
}

/** As `chooseKafka`, where the broker has to be a process of this machine. */
async function chooseProcess(env: NodeJS.ProcessEnv): Promise<'native' | 'embedded'> {
  if (env['TEST_KAFKA'] === 'embedded') return 'embedded';
  const missing = await missingForNativeKafka();
  if (missing === undefined) return 'native';
  if (env['TEST_KAFKA'] === 'apache' || isTruthy(env['CI'])) throw new Error(missing);
  console.warn(`Apache Kafka is left out of these tests, the embedded broker takes its place. ${missing}`);
  return 'embedded';
}

function isTruthy(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase());
}

/** Starts a broker with a data directory of its own, which goes when it stops. */
export async function startKafka({
  port,
  kind,
}: { port?: number; kind?: KafkaKind } = {}): Promise<RunningKafka> {
  const chosen = kind ?? (await chooseKafka());
  if (chosen === 'testcontainers') {
    try {
      return { kind: chosen, ...(await startDockerKafka()) };
    } catch (cause) {
      // An engine without a registry has no image to run.
      if ((await missingForNativeKafka()) !== undefined) throw cause;
      console.warn(`Docker could not start Apache Kafka, its jars do: ${String(cause)}`);
      return startKafka({ kind: 'native', ...(port === undefined ? {} : { port }) });
    }
  }
  const broker = await startHurtableKafka({ kind: chosen, ...(port === undefined ? {} : { port }) });
  return { kind: chosen, brokers: broker.brokers, stop: broker.stop };
}

/** A broker for one test alone, that may be killed, stalled and started again with the same log and address. */
export interface HurtableKafka extends BrokerProcess {
  /** Starts it again after a kill. */
  restart(): Promise<void>;
}

/** Starts a broker as a process of this machine: of the kind that TEST_KAFKA asks for, as for `chooseKafka`. */
export async function startHurtableKafka({
  port: wantedPort,
  kind: wantedKind,
}: { port?: number; kind?: 'native' | 'embedded' } = {}): Promise<HurtableKafka> {
  const kind = wantedKind ?? (await chooseProcess(process.env));
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-kafka-'));
  const [freePort, controllerPort] = (await freePorts(2)) as [number, number];
  const port = wantedPort ?? freePort;
  const start = () =>
    kind === 'native'
      ? startNativeKafka({ port, controllerPort, dataDir })
      : startEmbeddedKafka({ port, dataDir });
  const removeData = () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  let broker = await start().catch(async (error: unknown) => {
    await removeData();
    throw error;
  });
  return {
    get pid() {
      return broker.pid;
    },
    brokers: broker.brokers,
    kill: (signal) => broker.kill(signal),
    restart: async () => {
      await broker.stop();
      broker = await start();
    },
    stop: async () => {
      await broker.stop();
      await removeData();
    },
  };
}
