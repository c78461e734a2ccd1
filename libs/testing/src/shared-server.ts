import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';
import { isAlive, withLock } from './file-lock.ts';
import { readState, runOwner, sharedFolder } from './shared-state.ts';
import type { SharedState } from './shared-state.ts';

/**
 * A server that all workers of a test run share. The first who asks starts `main` (a module of this folder) in a
 * process of its own, which ends with the run, however the run ends.
 */
export async function sharedServer<T>(name: string, main: string, timeoutMs = 180_000): Promise<T> {
  const folder = sharedFolder();
  const path = join(folder, `${name}.json`);
  return withLock(join(folder, `${name}.lock`), async () => {
    const known = await readState<T>(path);
    if (known !== undefined) return unwrap(known);
    await mkdir(folder, { recursive: true });
    const log = await open(join(folder, `${name}.log`), 'a');
    const module = fileURLToPath(new URL(main, import.meta.url));
    const child = spawn(
      process.execPath,
      ['--conditions=tributary-source', module, '--owner', String(runOwner()), '--state', path],
      { detached: true, stdio: ['ignore', log.fd, log.fd], env: { ...process.env, NODE_OPTIONS: '' } },
    );
    child.unref();
    await log.close();
    await eventually(async () => (await readState(path)) !== undefined || !isAlive(child.pid!), {
      timeoutMs,
      intervalMs: 50,
    });
    const state = await readState<T>(path);
    if (state === undefined)
      throw new Error(`${name} ended before it was ready, see ${join(folder, `${name}.log`)}`);
    return unwrap(state);
  });
}

function unwrap<T>(state: SharedState<T>): T {
  if ('failure' in state) throw new Error(state.failure);
  return state.ready;
}
