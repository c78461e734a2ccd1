import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { isAlive } from './file-lock.ts';
import { publishState } from './shared-state.ts';

/**
 * Runs a server in the foreground: prints what a client needs as one line of JSON when it serves, and ends with SIGTERM,
 * SIGINT, or the process `--owner`. `--state` names the file in which other processes find that line.
 */
export async function runShared<T>(
  start: (options: { port?: number }) => Promise<{ ready: T; stop(): Promise<void> }>,
): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, owner: { type: 'string' }, state: { type: 'string' } },
  });
  try {
    const server = await start(values.port === undefined ? {} : { port: Number(values.port) });
    const stop = async () => {
      await server.stop();
      if (values.state !== undefined) await rm(dirname(values.state), { recursive: true, force: true });
      process.exit(0);
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    if (values.owner !== undefined) endWith(Number(values.owner), stop);
    if (values.state !== undefined) await publishState(values.state, { ready: server.ready });
    console.log(JSON.stringify(server.ready));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (values.state !== undefined) await publishState(values.state, { failure: message });
    console.error(message);
    process.exitCode = 1;
  }
}

/** The test run that started this server may die without a word. */
function endWith(owner: number, stop: () => Promise<void>): void {
  const watch = setInterval(() => {
    if (isAlive(owner)) return;
    clearInterval(watch);
    void stop();
  }, 500);
}
