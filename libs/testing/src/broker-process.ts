import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { eventually } from './eventually.ts';
import { answers } from './ports.ts';

/** A broker in a process of its own, which a test may hurt. */
export interface BrokerProcess {
  pid: number;
  brokers: string[];
  /** Sends a signal, by default SIGKILL; resolves when a process that it ends is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves with the exit code; null when a signal ended the process. */
export function exited(child: ChildProcess): Promise<number | null> {
  if (!isRunning(child)) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

export function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Waits until the broker says in its log that it is ready and its port answers; a broker that died first is an error. */
export async function startedOrDied(
  child: ChildProcess,
  {
    port,
    log,
    isReady,
    timeoutMs = 60_000,
  }: {
    port: number;
    log: string;
    isReady: (log: string) => boolean;
    timeoutMs?: number;
  },
): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  try {
    await eventually(
      async () => {
        const text = await readFile(log, 'utf8');
        if (failure !== undefined || !isRunning(child)) {
          failure ??= new Error(`The broker ended before it served:\n${text.slice(-4_000)}`);
          return true;
        }
        return isReady(text) && (await answers(port));
      },
      { timeoutMs, intervalMs: 50 },
    );
  } catch (cause) {
    child.kill('SIGKILL');
    throw new Error(`The broker did not serve within ${timeoutMs} ms, see ${log}`, { cause });
  }
  if (failure !== undefined) throw failure;
}
