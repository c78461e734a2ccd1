import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { kafkaForTests, patience } from '@tributary/testing';

/** What `npm start -- --json` prints once all is ready. */
export interface SystemDescription {
  ready: true;
  url: string;
  api_url: string;
  api_key: string;
  account: string;
  workspace: string;
  kafka: string;
  postgres: string;
  webhooks: { name: string; id: string; url: string }[];
  processes: { service: string; instance: number; pid: number; url: string }[];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface SystemOptions {
  collectorUrl: string;
  /** Those of the run if left out: its embedded broker, or, with `E2E_KAFKA=apache`, Apache Kafka. */
  brokers?: string[];
  /** Variables of the services. */
  settings?: Record<string, string>;
}

/** Starts the whole system as a user does, in a folder of its own on free ports. */
export async function startSystem({ collectorUrl, brokers, settings = patience }: SystemOptions): Promise<{
  description: SystemDescription;
  stop: () => Promise<void>;
}> {
  const data = await mkdtemp(join(tmpdir(), 'tributary-e2e-'));
  const flags = ['--json', '--port', '0', '--kafka-port', '0', '--postgres-port', '0', '--data', data];
  const given = brokers ?? (await brokersOfRun());
  if (given !== undefined) flags.push('--kafka', given.join(','));
  const child = spawn(
    process.execPath,
    ['--conditions=tributary-source', 'apps/stack/src/main.ts', ...flags],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...withoutKafka(process.env),
        ...settings,
        OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '200',
      },
    },
  );
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = new Promise<SystemDescription>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line) as SystemDescription);
    });
  });
  const died = exited.then((code) => {
    throw new Error(`The system did not start: it exited with ${code}.`);
  });
  const description = await Promise.race([ready, died]);
  return {
    description,
    stop: async () => {
      child.kill('SIGTERM');
      const code = await exited;
      await rm(data, { recursive: true, force: true });
      if (code !== 0) throw new Error(`The system did not stop cleanly: it exited with ${code}.`);
    },
  };
}

async function brokersOfRun(): Promise<string[] | undefined> {
  if (process.env['E2E_KAFKA'] !== 'apache') return undefined;
  const { brokers, kind } = await kafkaForTests();
  if (kind !== 'embedded') return brokers;
  throw new Error('E2E_KAFKA=apache needs an Apache Kafka: set KAFKA_BROKERS, or bring Docker or Java.');
}

/** The brokers are given by flag or not at all: a variable of the test run must not decide it. */
function withoutKafka({ KAFKA_BROKERS: _, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}
