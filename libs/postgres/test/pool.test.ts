import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, postgresForTests } from '@tributary/testing';
import { createPool, isRetryable } from '../src/index.ts';
import type { Pool, PoolOptions } from '../src/index.ts';

const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
let url: string;
beforeAll(async () => {
  ({ url } = await postgresForTests());
  const pool = poolOf();
  await pool.query('CREATE TABLE numbers (n integer PRIMARY KEY)');
});

const pools: Pool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.stop();
});

function poolOf(options: Partial<PoolOptions> = {}): Pool {
  const pool = createPool({ connectionString: url, applicationName: 'postgres test', logger, ...options });
  pools.push(pool);
  return pool;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect(work).rejects.toThrow(),
    (error: unknown) => error,
  );
}

const numbers = async (pool: Pool) =>
  (await pool.query<{ n: number }>('SELECT n FROM numbers ORDER BY n')).rows.map(({ n }) => n);

describe('a pool', () => {
  it('works in the schema it was given, in UTC, under its own name', async () => {
    const pool = poolOf({ schema: 'elsewhere' });
    const { rows } = await pool.query<{ path: string; zone: string; name: string }>(
      `SELECT current_setting('search_path') AS path, current_setting('timezone') AS zone,
         current_setting('application_name') AS name`,
    );
    expect(rows).toEqual([{ path: 'elsewhere', zone: 'UTC', name: 'postgres test' }]);
  });

  it('takes a password as the connection string has it', async () => {
    const admin = poolOf();
    await admin.query(`CREATE ROLE plus LOGIN PASSWORD 'a+b c'`);
    const withPlus = Object.assign(new URL(url), { username: 'plus', password: 'a+b c' });
    const pool = poolOf({ connectionString: withPlus.href });
    try {
      expect((await pool.query('SELECT current_user AS name')).rows).toEqual([{ name: 'plus' }]);
    } finally {
      await pool.stop();
      await admin.query('DROP ROLE plus');
    }
  });

  it('keeps the options of the connection string beside its own', async () => {
    const withOptions = new URL(url);
    withOptions.searchParams.set('options', '-c work_mem=7MB');
    const pool = poolOf({ connectionString: withOptions.href, schema: 'elsewhere' });
    const { rows } = await pool.query(
      `SELECT current_setting('work_mem') AS memory, current_setting('search_path') AS path`,
    );
    expect(rows).toEqual([{ memory: '7MB', path: 'elsewhere' }]);
  });

  it('commits a transaction that resolves and rolls back one that rejects', async () => {
    const pool = poolOf();
    const answer = await pool.transaction(async (client) => {
      await client.query('INSERT INTO numbers VALUES ($1)', [1]);
      expect(await numbers(pool)).toEqual([]);
      return 'done';
    });
    expect(answer).toBe('done');
    const failing = pool.transaction(async (client) => {
      await client.query('INSERT INTO numbers VALUES ($1)', [2]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await numbers(pool)).toEqual([1]);
  });

  it('does not report a commit when a statement had failed and nobody said so', async () => {
    const pool = poolOf();
    const swallowing = pool.transaction(async (client) => {
      await client.query('INSERT INTO numbers VALUES (3)');
      await client.query('INSERT INTO numbers VALUES (3)').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow('rolled back');
    expect(await numbers(pool)).not.toContain(3);
  });

  it('bounds its connections and lets the others wait', async () => {
    const pool = poolOf({ max: 2, applicationName: 'bounded' });
    const busy = Array.from({ length: 6 }, () =>
      pool.query<{ connections: string }>(
        `SELECT pg_sleep(0.02), (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bounded') AS connections`,
      ),
    );
    for (const { rows } of await Promise.all(busy))
      expect(Number(rows[0]!.connections)).toBeLessThanOrEqual(2);
  });

  it('cancels a statement that takes too long', async () => {
    const pool = poolOf({ statementTimeoutMs: 50 });
    const error = await failureOf(pool.query('SELECT pg_sleep(30)'));
    expect(error).toMatchObject({ code: '57014' });
    expect(isRetryable(error)).toBe(true);
  });

  it('outlives connections that the server ends, idle, in a statement and in a transaction', async () => {
    const pool = poolOf({ applicationName: 'victim', pingIntervalMs: 20 });
    pool.start();
    await pool.ping();
    const end = () =>
      poolOf().query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'`,
      );
    await end();

    const inStatement = failureOf(pool.query('SELECT pg_sleep(30)'));
    await eventually(async () => {
      await end();
      const first = await Promise.race([inStatement, Promise.resolve('running')]);
      return first !== 'running';
    });
    expect(isRetryable(await inStatement)).toBe(true);

    const inTransaction = await failureOf(
      pool.transaction(async (client) => {
        await client.query('INSERT INTO numbers VALUES (4)');
        await end();
        await client.query('SELECT 1');
      }),
    );
    expect(isRetryable(inTransaction)).toBe(true);
    await eventually(() => pool.health().healthy);
    expect(await numbers(pool)).not.toContain(4);
  });

  it('starts without a database, says that it is unhealthy, and heals when one answers', async () => {
    const port = await unusedPort();
    const away = new URL(url);
    away.host = `127.0.0.1:${port}`;
    const pool = poolOf({ connectionString: away.href, pingIntervalMs: 20 });
    pool.start();
    expect(pool.health().healthy).toBe(false);
    const error = await failureOf(pool.ping());
    expect(isRetryable(error)).toBe(true);
    expect(pool.health()).toEqual({ healthy: false, detail: expect.stringContaining('ECONNREFUSED') });

    const { hostname, port: realPort } = new URL(url);
    const { connect } = await import('node:net');
    const proxy = createServer((socket) => {
      const upstream = connect(Number(realPort), hostname);
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
      socket.pipe(upstream).pipe(socket);
    }).listen(port, '127.0.0.1');
    await eventually(() => pool.health().healthy);
    await pool.stop();
    expect(pool.health()).toEqual({ healthy: false, detail: 'closed' });
    await new Promise((resolve) => proxy.close(resolve));
  });

  it('says what is wrong when there is no such database', async () => {
    const wrong = new URL(url);
    wrong.pathname = '/no_such_database';
    const pool = poolOf({ connectionString: wrong.href });
    const error = await failureOf(pool.ping());
    expect(isRetryable(error)).toBe(false);
    expect(pool.health().detail).toContain('no_such_database');
  });
});

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
