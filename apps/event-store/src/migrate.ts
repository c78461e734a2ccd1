import { migrate } from '@tributary/postgres';
import { createLogger, readConfig, secret } from '@tributary/service-runtime';
import { z } from 'zod';
import { SCHEMA } from './schema.ts';

const { DATABASE_URL: connectionString, LOG_LEVEL: level } = readConfig(
  z.object({ DATABASE_URL: secret(z.url()), LOG_LEVEL: z.string().default('info') }),
  process.env,
);
const logger = createLogger({ service: 'event-store-migrate', instance: '0', level });
await migrate({
  connectionString,
  directory: new URL('../migrations/', import.meta.url),
  schema: SCHEMA,
  logger,
});
