/**
 * Runs PostgreSQL as a child, and sees to it that it stops with the stack: PostgreSQL itself would go on without a
 * launcher that was killed. Takes the settings as JSON in its first argument; tells the launcher `ready` over the
 * channel.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseFolder } from './database-folder.ts';
import { spawnAs } from './run-as.ts';

/** What the launcher passes on. */
export interface GuardSettings extends DatabaseFolder {
  host: string;
  port: number;
}

/** PostgreSQL's fast shutdown rolls back and writes a checkpoint; past this it is told to leave that to recovery. */
const FAST_SHUTDOWN_MS = 10_000;

const { path, binaries, runAs, host, port } = JSON.parse(process.argv[2]!) as GuardSettings;

stopLeftover();
const [command, args, options] = spawnAs(runAs, binaries.postgres, [
  ...['-D', path, '-p', String(port)],
  ...['-c', `listen_addresses=${host}`, '-c', 'unix_socket_directories='],
  ...['-c', 'max_connections=200', '-c', 'log_destination=stderr', '-c', 'logging_collector=off'],
]);
const server = spawn(command, args, {
  ...options,
  stdio: ['ignore', 'inherit', 'pipe'],
  windowsHide: true,
  env: { ...process.env, LC_ALL: 'C' },
});
createInterface({ input: server.stderr! }).on('line', (line) => {
  process.stderr.write(`${line}\n`);
  if (line.includes('database system is ready to accept connections')) process.send?.({ ready: true });
});
server.once('error', (error) => {
  console.error(`Error: ${error.message}`);
  process.exit(1);
});
server.once('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(server));

function stop(child: ChildProcess): void {
  if (process.platform === 'win32') pgCtl('stop');
  else child.kill('SIGINT');
  setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS).unref();
}

/** A server that outlived a killed guard still has the folder: it is stopped, in the regular way. */
function stopLeftover(): void {
  const pidFile = join(path, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (isPostgres(pid)) pgCtl('stop');
}

function pgCtl(action: 'stop'): void {
  const [program, parameters, as] = spawnAs(runAs, binaries.pg_ctl, [
    action,
    '-D',
    path,
    '-m',
    'fast',
    '-w',
    '-t',
    '20',
  ]);
  spawnSync(program, parameters, { ...as, stdio: 'ignore', windowsHide: true } as object);
}

/** Whether a process id, which may have been given to another program since, is a PostgreSQL server. */
function isPostgres(pid: number): boolean {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(path);
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (['ESRCH', 'ENOENT', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
