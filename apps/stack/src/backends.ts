import { join } from 'node:path';
import type { DataFolder } from './data/data-folder.ts';
import { DATABASE_NAME, DATABASE_USER, prepareDatabaseFolder } from './postgres/database-folder.ts';
import type { GuardSettings } from './postgres/postgres-guard.ts';
import type { Child } from './processes/child-process.ts';
import type { LogFile } from './processes/log-file.ts';
import { HOST } from './processes/ports.ts';
import { supervise } from './processes/supervisor.ts';
import type { Supervised } from './processes/supervisor.ts';

export interface BackendOptions {
  data: DataFolder;
  port: number;
  log: LogFile;
  say: (line: string) => void;
  env: Record<string, string>;
}

/** The embedded broker as a process. */
export function embeddedKafka({ data, port, log, say, env }: BackendOptions): Supervised {
  const args = ['--host', HOST, '--port', String(port), '--data', data.folder('kafka'), '--json'];
  const program = { name: 'kafka-0', main: 'libs/embedded-kafka/src/main.ts', args, env };
  const ready = async (child: Child): Promise<void> =>
    void (await child.line((line) => line.startsWith('{"ready":true')));
  return supervise(program, { log, say, ready });
}

/** The embedded database as a process; its data folder is made first, where it is not there. */
export async function embeddedPostgres(
  { data, port, log, say, env }: BackendOptions,
  signal: AbortSignal,
): Promise<Supervised> {
  const { postgresPassword: password } = data.secrets;
  const folder = await prepareDatabaseFolder(data.path, { password, log: log.write, signal });
  const settings: GuardSettings = { ...folder, host: HOST, port };
  const program = {
    name: 'postgres-0',
    main: join('apps', 'stack', 'src', 'postgres', 'postgres-guard.ts'),
    args: [JSON.stringify(settings)],
    env,
  };
  return supervise(program, { log, say, ready: async (child) => void (await child.message) });
}

/** URL of the embedded database. */
export function databaseUrl(password: string, port: number): string {
  return `postgres://${DATABASE_USER}:${password}@${HOST}:${port}/${DATABASE_NAME}`;
}
