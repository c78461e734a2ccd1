import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { StackError } from '../stack-error.ts';

/** Writes an object to a file that only its owner can read; renamed into place, so that no crash leaves half of it. */
export function writeJson(path: string, value: object): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  // The mode above holds only for a file that was not there.
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

export function readJson(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new StackError(`${path} is damaged: restore it, or start with --fresh.`, { cause: error });
  }
}
