import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { Logger } from './logger.ts';

export interface MigrateOptions {
  /** `postgres://user:password@host:port/database` */
  connectionString: string;
  /** Folder of `NNNN_what.sql` files, applied in the order of their numbers. */
  directory: URL;
  /** Schema that the tables live in; made when it is missing. The list of applied files is kept there too. */
  schema: string;
  logger: Logger;
}

/**
 * Applies the migrations that are missing, all in one transaction, and resolves to their names. Processes that start
 * together wait for each other; what another has applied is not applied again. Throws, with nothing applied, when a
 * statement fails or a file comes before one that was applied already.
 */
export async function migrate({
  connectionString,
  directory,
  schema,
  logger,
}: MigrateOptions): Promise<string[]> {
  const applied = await runner({
    databaseUrl: { connectionString, application_name: `migrate ${schema}`, connectionTimeoutMillis: 10_000 },
    dir: fileURLToPath(directory).replace(/[/\\]$/, ''),
    direction: 'up',
    schema,
    createSchema: true,
    migrationsTable: 'migrations',
    checkOrder: true,
    singleTransaction: true,
    advisoryLockMode: 'wait',
    logger: {
      // The library tells each step in lines of its own; what matters is told below in one.
      debug: (message) => logger.debug({ schema }, message),
      info: (message) => logger.debug({ schema }, message),
      warn: (message) => logger.warn({ schema }, message),
      error: (message) => logger.error({ schema }, message),
    },
  });
  const names = applied.map(({ name }) => name);
  logger.info({ schema, applied: names }, names.length > 0 ? 'migrated' : 'nothing to migrate');
  return names;
}
