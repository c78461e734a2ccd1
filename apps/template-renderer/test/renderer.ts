import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually, freePorts } from '@tributary/testing';
import { MASTER_KEY } from './pipeline.ts';

/** One instance of the renderer: a process of its own. */
export interface Renderer {
  url: string;
  /** Its log, a JSON object per line. */
  log: Record<string, unknown>[];
  process: ChildProcess;
  /** SIGTERM; resolves with the exit code. */
  stop: () => Promise<number | null>;
  /** SIGKILL: the process ends where it stands. */
  kill: () => Promise<void>;
}

/** Starts an instance and waits until it is ready. */
export async function startRenderer(brokers: string[], env: Record<string, string> = {}): Promise<Renderer> {
  const [port] = await freePorts(1);
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=tributary-source', main], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      KAFKA_BROKERS: brokers.join(','),
      MASTER_KEY,
      HOST: '127.0.0.1',
      PORT: String(port),
      DRAIN_DELAY_MS: '0',
      PUBLIC_URL: 'https://hooks.example',
      WEBHOOK_GRACE_MS: '6000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const log: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) =>
    log.push(JSON.parse(line) as Record<string, unknown>),
  );
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`the renderer ended: ${JSON.stringify(log.at(-1))}`);
    const response = await fetch(`${url}/health/ready`);
    return response.ok;
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await exited;
    return code;
  };
  return {
    url,
    log,
    process: child,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}
