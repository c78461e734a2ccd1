/** One-shot job: brings the tables of this service up to date. Several at once wait for each other. */
import { isRetryable, migrate } from '@tributary/postgres';
import { runJob } from '@tributary/service-runtime';
import { migrateEnv } from './config.ts';
import { SCHEMA } from './schema.ts';

const job = { name: 'management-migrate', schema: migrateEnv, isAway: isRetryable };
await runJob(job, async ({ DATABASE_URL }, logger) => {
  const directory = new URL('../migrations/', import.meta.url);
  await migrate({ connectionString: DATABASE_URL, directory, schema: SCHEMA, logger });
});
