import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What the process that owns a shared server says of it. */
export type SharedState<T> = { ready: T } | { failure: string };

/**
 * The process that a test run ends with: Jest's own, which its workers are children of. Whatever the run shares lives
 * as long as that process.
 */
export function runOwner(): number {
  return process.env['JEST_WORKER_ID'] !== undefined && process.send !== undefined
    ? process.ppid
    : process.pid;
}

/** The folder in which the workers of this run find what they share. */
export function sharedFolder(): string {
  return join(tmpdir(), `tributary-test-${runOwner()}`);
}

/** Writes it whole or not at all. */
export async function publishState<T>(path: string, state: SharedState<T>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.partial`, JSON.stringify(state));
  await rename(`${path}.partial`, path);
}

export async function readState<T>(path: string): Promise<SharedState<T> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as SharedState<T>);
}
