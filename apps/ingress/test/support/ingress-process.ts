import { spawn } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import { fileURLToPath } from 'node:url';
import { eventually, freePorts, patience } from '@tributary/testing';
import { MASTER_KEY } from './build-hook.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const TELEMETRY = fileURLToPath(new URL('../../../../libs/telemetry/src/register.ts', import.meta.url));

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export type CallOptions = RequestOptions & { body?: Buffer | string | (Buffer | string)[] };

/** An ingress in a process of its own, started as in production. */
export interface IngressProcess {
  port: number;
  /** POST unless said otherwise. */
  call(path: string, options?: CallOptions): Promise<Answered>;
  /** Everything it has printed: logs, and spans where the console exporter is on. */
  output(): string;
  isReady(): Promise<boolean>;
  /** Sends SIGTERM and resolves with the exit code. */
  stop(): Promise<number | null>;
}

export async function startIngress(
  brokers: string[],
  env: Record<string, string | number> = {},
): Promise<IngressProcess> {
  const [port] = (await freePorts(1)) as [number];
  const settings = {
    KAFKA_BROKERS: brokers.join(','),
    MASTER_KEY,
    HOST: '127.0.0.1',
    PORT: port,
    DRAIN_DELAY_MS: 0,
    PUBLISH_TIMEOUT_MS: patience.PUBLISH_TIMEOUT_MS,
    STALE_AFTER_MS: patience.STALE_AFTER_MS,
    ...env,
  };
  const child = spawn(process.execPath, ['--conditions=tributary-source', '--import', TELEMETRY, MAIN], {
    env: {
      PATH: process.env['PATH'],
      ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));

  const ingress: IngressProcess = {
    port,
    call: (path, options) => call(port, path, options),
    output: () => output,
    isReady: () =>
      call(port, '/health/ready', { method: 'GET' }).then(
        ({ status }) => status === 200,
        () => false,
      ),
    stop: () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      return exited;
    },
  };
  try {
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`The ingress ended:\n${output}`);
      return ingress.isReady();
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`The ingress did not become ready:\n${output}`, { cause: error });
  }
  return ingress;
}

/** Connections that are kept, as a proxy in front keeps them. */
export function keepAliveAgent(connections: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: connections });
}

function call(port: number, path: string, { body, ...options }: CallOptions = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', ...options });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, body: text });
      });
    });
    sent.on('error', reject);
    if (Array.isArray(body)) for (const chunk of body) sent.write(chunk);
    sent.end(Array.isArray(body) ? undefined : body);
  });
}
