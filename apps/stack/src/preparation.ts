import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFolder } from './data/data-folder.ts';
import type { Flags } from './flags.ts';
import { repositoryRoot } from './processes/child-process.ts';

/** What tables and topics are made from. */
const SOURCES = [
  'apps/management/migrations',
  'apps/event-store/migrations',
  'apps/management/src/create-topics.ts',
  'libs/event-schemas/src',
];

/** Tables and topics of a data folder: whether they are as the sources say. */
export interface Preparation {
  needed: boolean;
  /** To be called once they are. */
  done: () => void;
}

/**
 * The migrations and the creation of topics change nothing at most starts, and cost a second: they are left out where
 * they have run for the same sources and the same folders. A cluster or a database of one's own may have changed since.
 */
export function checkPreparation(data: DataFolder, { kafka, postgres }: Flags): Preparation {
  const fingerprint = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesOf(join(repositoryRoot, source))))
    fingerprint.update(file).update(readFileSync(file));
  const prepared = fingerprint.digest('hex');
  const embedded = kafka === null && postgres === null;
  const kept = ['kafka', 'postgres'].every((folder) => existsSync(join(data.path, folder)));
  return {
    needed: !(embedded && kept && data.state.prepared === prepared),
    done: () => data.remember({ prepared: embedded ? prepared : null }),
  };
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
