import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrokerProcess } from './broker-process.ts';
import { exited, isRunning, startedOrDied } from './broker-process.ts';

/** Starts the embedded broker in a process of its own, so that a test can kill it as it kills Apache Kafka. */
export async function startEmbeddedKafka({
  port,
  dataDir,
}: {
  port: number;
  dataDir: string;
}): Promise<BrokerProcess> {
  await mkdir(dataDir, { recursive: true });
  const log = join(dataDir, 'broker.log');
  const output = await open(log, 'a');
  const from = (await readFile(log, 'utf8')).length;
  const main = fileURLToPath(new URL('./embedded-broker-main.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--conditions=tributary-source', main, '--port', String(port), '--data', join(dataDir, 'log')],
    { stdio: ['ignore', output.fd, output.fd], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  await output.close();
  await startedOrDied(child, { port, log, isReady: (text) => text.slice(from).includes('{"ready":true}') });
  return {
    pid: child.pid!,
    brokers: [`127.0.0.1:${port}`],
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await exited(child);
    },
    stop: async () => {
      if (isRunning(child)) child.kill('SIGKILL');
      await exited(child);
    },
  };
}
