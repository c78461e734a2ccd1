import { setTimeout as delay } from 'node:timers/promises';
import { isRetryable as isKafkaAway } from '@tributary/messaging';
import { isRetryable as isPostgresAway } from '@tributary/postgres';
import { ConfigError, createLogger, readConfig } from '@tributary/service-runtime';
import type { Logger, serviceEnv } from '@tributary/service-runtime';
import type { z } from 'zod';

type JobSchema = z.ZodObject<Pick<typeof serviceEnv, 'LOG_LEVEL'>>;

/** Milliseconds that a job waits for what it needs: orchestrators start it together with its dependencies. */
const PATIENCE_MS = 60_000;

/**
 * The whole of a one-shot job's main: reads the configuration and does the work, again while its dependency is not there
 * yet. Exit codes: 0 done, 1 failed, 2 when the configuration is not valid.
 */
export async function runJob<Schema extends JobSchema>(
  { name, schema }: { name: string; schema: Schema },
  work: (config: z.output<Schema>, logger: Logger) => Promise<void>,
): Promise<void> {
  const { config, logger } = prepare(name, schema);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await work(config, logger);
      return;
    } catch (error) {
      if (!(isKafkaAway(error) || isPostgresAway(error)) || Date.now() > deadline) {
        logger.fatal({ error }, 'failed');
        process.exitCode = 1;
        return;
      }
      logger.warn({ error }, 'waiting');
      await delay(1_000);
    }
  }
}

function prepare<Schema extends JobSchema>(
  name: string,
  schema: Schema,
): { config: z.output<Schema>; logger: Logger } {
  try {
    const config = readConfig(schema, process.env);
    const { LOG_LEVEL: level } = config as z.output<JobSchema>;
    return { config, logger: createLogger({ service: name, instance: '0', level }) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}
