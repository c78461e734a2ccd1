/** One-shot job: brings the tables of this service up to date. Several at once wait for each other. */
import { migrate } from '@tributary/postgres';
import { migrateEnv } from './config.ts';
import { runJob } from './run-job.ts';
import { SCHEMA } from './schema.ts';

await runJob({ name: 'management-migrate', schema: migrateEnv }, async ({ DATABASE_URL }, logger) => {
  const directory = new URL('../migrations/', import.meta.url);
  await migrate({ connectionString: DATABASE_URL, directory, schema: SCHEMA, logger });
});
