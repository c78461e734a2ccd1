import pg from 'pg';
import { isRetryable } from './is-retryable.ts';
import type { Logger } from './logger.ts';

export interface QueryResult<Row> {
  rows: Row[];
  /** Rows read, inserted, updated or deleted. */
  rowCount: number;
}

export interface QueryOptions {
  /** Names a prepared statement, planned once per connection. The same name must always have the same text. */
  name?: string;
}

/** What statements run on: the pool, each on a connection of its own, or one transaction. */
export interface Queryable {
  query: <Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    options?: QueryOptions,
  ) => Promise<QueryResult<Row>>;
}

export interface Health {
  healthy: boolean;
  detail: string;
}

export interface Pool extends Queryable {
  /**
   * Runs statements in one transaction (READ COMMITTED unless the function sets another): commits when the function
   * resolves, rolls back when it rejects. An error of the COMMIT itself leaves it unknown whether it took effect.
   */
  transaction: <T>(work: (client: Queryable) => Promise<T>) => Promise<T>;
  /** Resolves when the database answers. */
  ping: () => Promise<void>;
  /** Starts the regular ping that keeps {@link Pool.health} true. Needs no database: it may come up later. */
  start: () => void;
  /** As the last answer or failure said; never asks by itself. */
  health: () => Health;
  /** Waits for running statements, then disconnects. Safe to repeat. */
  stop: () => Promise<void>;
}

export interface PoolOptions {
  /** `postgres://user:password@host:port/database` */
  connectionString: string;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  /** Schema that unqualified names mean. */
  schema?: string;
  /** Connections at most; further callers wait. */
  max?: number;
  /** Milliseconds to wait for a free connection. */
  connectTimeoutMs?: number;
  /** Milliseconds after which the server cancels a statement. */
  statementTimeoutMs?: number;
  /** Milliseconds between the pings of `start`. */
  pingIntervalMs?: number;
  logger: Logger;
}

/** A pool of connections to Postgres. Does not connect before the first statement. */
export function createPool(options: PoolOptions): Pool {
  const { logger, pingIntervalMs = 5_000 } = options;
  const pool = new pg.Pool(poolConfig(options));
  let health: Health = { healthy: false, detail: 'not connected yet' };
  let pinging: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;

  // Without a listener, an idle connection that the server closes would end the process.
  pool.on('error', (error) => {
    note(error);
    logger.warn({ error }, 'idle connection to Postgres was lost');
  });
  // The same holds for a connection that breaks between two statements of a transaction: the next statement reports it.
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      logger.debug({ error }, 'connection to Postgres was lost');
    });
  });

  function note(error?: unknown): void {
    if (closing) return;
    if (error === undefined) health = { healthy: true, detail: 'connected' };
    else if (isRetryable(error)) health = { healthy: false, detail: describe(error) };
  }

  async function noted<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work;
      note();
      return result;
    } catch (error) {
      note(error);
      throw error;
    }
  }

  const query: Queryable['query'] = (text, values, queryOptions) =>
    noted(runQuery(pool, text, values, queryOptions));

  async function ping(): Promise<void> {
    try {
      await query('SELECT 1');
    } catch (error) {
      // Also what is no outage (a wrong password) is told: nothing works with it.
      if (!closing) health = { healthy: false, detail: describe(error) };
      throw error;
    }
  }

  const stop = (): Promise<void> => {
    clearInterval(pinging);
    health = { healthy: false, detail: 'closed' };
    return (closing ??= pool.end());
  };

  return {
    query,
    transaction: (work) => noted(runTransaction(pool, work, logger)),
    ping,
    start: () => {
      const attempt = (): void => {
        ping().catch((error: unknown) => {
          if (!closing) logger.warn({ error }, 'Postgres does not answer');
        });
      };
      attempt();
      pinging ??= setInterval(attempt, pingIntervalMs).unref();
    },
    health: () => health,
    stop,
  };
}

async function runQuery<Row>(
  target: pg.Pool | pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
  { name }: QueryOptions = {},
): Promise<QueryResult<Row>> {
  const { rows, rowCount } = await target.query<Row & pg.QueryResultRow>({
    text,
    values: [...values],
    ...(name === undefined ? {} : { name }),
  });
  return { rows, rowCount: rowCount ?? 0 };
}

async function runTransaction<T>(
  pool: pg.Pool,
  work: (client: Queryable) => Promise<T>,
  logger: Logger,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('BEGIN');
    const result = await work({
      query: (text, values, options) => runQuery(client, text, values, options),
    });
    const { command } = await client.query('COMMIT');
    // A work that swallowed the error of a statement: Postgres rolls back and says so only here.
    if (command !== 'COMMIT')
      throw new Error('The transaction was rolled back: a statement in it had failed.');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      broken = true;
      logger.debug({ error: rollbackError }, 'could not roll back; the connection is thrown away');
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function poolConfig({
  connectionString,
  applicationName,
  schema,
  max = 10,
  connectTimeoutMs = 5_000,
  statementTimeoutMs = 30_000,
}: PoolOptions): pg.PoolConfig {
  // pg lets the URL's own `options` win over ours, so ours are added to them.
  const url = new URL(connectionString);
  const settings = [
    url.searchParams.get('options'),
    '-c timezone=UTC',
    schema === undefined ? null : `-c search_path=${schema}`,
  ];
  url.searchParams.set('options', settings.filter((setting) => setting !== null).join(' '));
  // URLSearchParams writes a space as `+`, which pg does not read as one. In a password a `+` is itself.
  url.search = url.search.replaceAll('+', '%20');
  return {
    connectionString: url.href,
    application_name: applicationName,
    max,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // A server that has vanished answers no statement and no cancellation: the client gives up a little later itself.
    query_timeout: statementTimeoutMs + 5_000,
    idle_in_transaction_session_timeout: 60_000,
  };
}

/** `AggregateError`s of Node's connects have an empty message and a code. */
function describe(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message !== undefined && message !== '' ? message : (code ?? String(error));
}
