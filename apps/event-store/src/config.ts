import { createKeyRing } from '@tributary/encryption';
import { integer, postgresUrl, readable, secret, serviceEnv } from '@tributary/service-runtime';
import { z } from 'zod';

const days = integer(1, 3650);

/** Environment of the event store. */
export const configSchema = z
  .object({
    ...serviceEnv,
    PORT: integer(0, 65_535).default(4231),
    DATABASE_URL: secret(postgresUrl),
    /** Connections for reading, and as many again for storing, so that searches cannot hold up the storing. */
    DATABASE_POOL_SIZE: integer(1, 200).default(8),
    /** Key that signs page tokens; the same for all instances. Without it, one is derived from MASTER_KEY. */
    PAGE_TOKEN_KEY: secret(z.string().min(16, { error: 'must have at least 16 characters' }).optional()),
    /** The key ring that the ingress signs the URLs of stored answers with; without it such URLs are refused. */
    MASTER_KEY: secret(readable(createKeyRing).optional()),
    EVENT_RETENTION_DAYS: days.default(30),
    EXECUTION_RETENTION_DAYS: days.default(30),
    REQUEST_RETENTION_DAYS: days.default(7),
    RETENTION_INTERVAL_MS: integer(1_000, 86_400_000).default(3_600_000),
    /** Bytes of the body of `POST /events`, after decompression. */
    EVENTS_BODY_LIMIT_BYTES: integer(1_024, 104_857_600).default(5_242_880),
    /** Milliseconds that an accepted event may wait for Kafka before its sender is answered 503. */
    PUBLISH_TIMEOUT_MS: integer(100, 60_000).default(5_000),
  })
  .refine((config) => config.PAGE_TOKEN_KEY !== undefined || config.MASTER_KEY !== undefined, {
    path: ['PAGE_TOKEN_KEY'],
    error: 'is required where MASTER_KEY is not set',
  });

/** The environment of the one-shot job that migrates. */
export const migrateEnv = z.object({ DATABASE_URL: secret(postgresUrl), LOG_LEVEL: serviceEnv.LOG_LEVEL });

export type Config = z.output<typeof configSchema>;
