import { createKeyRing } from '@tributary/encryption';
import { integer, parsed, postgresUrl, secret, serviceEnv } from '@tributary/service-runtime';
import { defaultLimits } from '@tributary/templating';
import { z } from 'zod';

const id = z.guid({ error: 'must be a UUID' }).toLowerCase();

const bearerToken = z.string().regex(/^[A-Za-z0-9\-._~+/]{32,512}$/, {
  error: 'must be 32 to 512 characters that a bearer token may have',
});

/** The environment of the service. README.md explains each variable. */
export const managementEnv = z
  .object({
    ...serviceEnv,
    PORT: integer(0, 65_535).default(4241),
    DATABASE_URL: secret(postgresUrl),
    DATABASE_CONNECTIONS: integer(2, 1_000).default(10),
    MASTER_KEY: secret(parsed(createKeyRing)),
    BOOTSTRAP_ACCOUNT_ID: id.optional(),
    BOOTSTRAP_WORKSPACE_ID: id.optional(),
    // Optional inside the mark: `secret` marks the very schema that stands here.
    BOOTSTRAP_API_KEY: secret(bearerToken.optional()),
    PUBLISH_TIMEOUT_MS: integer(100, 60_000).default(5_000),
    TOPIC_PREFIX: z
      .string()
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,199}$/, { error: 'must be the beginning of a topic name' })
      .default('tributary.'),
    MAX_TEMPLATE_LOOPS: integer(1, 10_000).default(defaultLimits.loops),
    MAX_TEMPLATE_LOOP_DEPTH: integer(1, 60).default(defaultLimits.loopDepth),
    AUDIT_RETENTION_DAYS: integer(1, 36_500).default(400),
  })
  .refine(
    (env) =>
      new Set(
        [env.BOOTSTRAP_ACCOUNT_ID, env.BOOTSTRAP_WORKSPACE_ID, env.BOOTSTRAP_API_KEY].map(
          (value) => value === undefined,
        ),
      ).size === 1,
    {
      error:
        'BOOTSTRAP_ACCOUNT_ID, BOOTSTRAP_WORKSPACE_ID and BOOTSTRAP_API_KEY belong together: set all or none',
      path: [],
    },
  );

export type ManagementConfig = z.output<typeof managementEnv>;

/** The environment of the one-shot job that migrates. */
export const migrateEnv = z.object({ DATABASE_URL: secret(postgresUrl), LOG_LEVEL: serviceEnv.LOG_LEVEL });

/** The environment of the one-shot job that creates the topics. */
export const createTopicsEnv = z.object({
  KAFKA_BROKERS: serviceEnv.KAFKA_BROKERS,
  LOG_LEVEL: serviceEnv.LOG_LEVEL,
});
