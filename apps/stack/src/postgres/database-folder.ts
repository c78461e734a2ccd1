import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../stack-error.ts';
import { findBinaries } from './binaries.ts';
import type { Binaries } from './binaries.ts';
import { chooseRunAs, spawnAs } from './run-as.ts';
import type { RunAs } from './run-as.ts';

/** PostgreSQL's name for its superuser and for the database that the services use. */
export const DATABASE_USER = 'tributary';
export const DATABASE_NAME = 'tributary';

/** Major version of the binaries; a data folder of another one cannot be opened by them. */
const MAJOR_VERSION = '18';

/** A PostgreSQL data folder, ready to be started. */
export interface DatabaseFolder {
  path: string;
  binaries: Binaries;
  runAs: RunAs;
}

/** Makes the data folder and its database at the first start. Throws {@link StackError}. */
export async function prepareDatabaseFolder(
  parent: string,
  { password, log, signal }: { password: string; log: (line: string) => void; signal: AbortSignal },
): Promise<DatabaseFolder> {
  const binaries = findBinaries();
  const path = join(parent, 'postgres');
  if (process.getuid?.() === 0) letThrough(parent);
  const runAs = chooseRunAs(path, [parent, binaries.postgres]);
  if (!existsSync(path)) await create(path, { binaries, runAs, password, log, signal });
  const version = readFileSync(join(path, 'PG_VERSION'), 'utf8').trim();
  if (version !== MAJOR_VERSION)
    throw new StackError(
      `${path} was written by PostgreSQL ${version}, and this is ${MAJOR_VERSION}: move its data with pg_dump, or start with --fresh.`,
    );
  return { path, binaries, runAs };
}

/** The user that PostgreSQL runs as must be able to pass through the folder, which stays unreadable to it. */
function letThrough(folder: string): void {
  chmodSync(folder, statSync(folder).mode | 0o111);
}

interface CreateOptions {
  binaries: Binaries;
  runAs: RunAs;
  password: string;
  log: (line: string) => void;
  signal: AbortSignal;
}

/** Under another name until it is complete: a start that was interrupted begins again. */
async function create(
  path: string,
  { binaries, runAs, password, log, signal }: CreateOptions,
): Promise<void> {
  const unfinished = `${path}.new`;
  const passwordFile = `${path}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (runAs.user)
    for (const each of [unfinished, passwordFile]) chownSync(each, runAs.user.uid, runAs.user.gid);
  try {
    await run(spawnAs(runAs, binaries.initdb, initdbArguments(unfinished, passwordFile)), { log, signal });
    // The single-user mode needs no server and no client.
    const single = ['--single', '-D', unfinished, 'postgres'];
    await run(spawnAs(runAs, binaries.postgres, single), {
      log,
      signal,
      input: `CREATE DATABASE ${DATABASE_NAME};\n`,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, path);
}

/** The same collation on every machine: PostgreSQL's own, not the operating system's. */
function initdbArguments(folder: string, passwordFile: string): string[] {
  return [
    ...[
      `--pgdata=${folder}`,
      `--username=${DATABASE_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
    ],
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    '--no-instructions',
  ];
}

async function run(
  [command, args, options]: ReturnType<typeof spawnAs>,
  { log, signal, input = '' }: { log: (line: string) => void; signal: AbortSignal; input?: string },
): Promise<void> {
  const child = spawn(command, args, { ...options, signal, windowsHide: true, stdio: 'pipe' });
  let output = '';
  child.stdin!.end(input);
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      log(text.trimEnd());
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0 && !/\b(ERROR|FATAL|PANIC):/.test(output)) return;
  if (/No space left on device/.test(output))
    throw new StackError(`The disk is full: PostgreSQL could not make its data folder.`);
  const error = output.split('\n').findLast((line) => /error|fatal|panic/i.test(line)) ?? output.trim();
  throw new StackError(`PostgreSQL could not make its data folder: ${error.trim()}`);
}
