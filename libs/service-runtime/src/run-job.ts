import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import type { serviceEnv } from './config.ts';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import { readConfigOrExit } from './read-config-or-exit.ts';

type JobSchema = z.ZodObject<Pick<typeof serviceEnv, 'LOG_LEVEL'>>;

export interface Job<Schema extends JobSchema> {
  name: string;
  schema: Schema;
  /** Whether an error says that what the job needs is not there yet. */
  isAway: (error: unknown) => boolean;
}

/** Milliseconds that a job waits for what it needs: orchestrators start it together with its dependencies. */
const PATIENCE_MS = 60_000;

/**
 * The whole of a one-shot job's main: reads the configuration and does the work, again while its dependency is not there
 * yet. Exit codes: 0 done, 1 failed, 2 when the configuration is not valid.
 */
export async function runJob<Schema extends JobSchema>(
  { name, schema, isAway }: Job<Schema>,
  work: (config: z.output<Schema>, logger: Logger) => Promise<void>,
): Promise<void> {
  const config = readConfigOrExit(schema);
  const { LOG_LEVEL: level } = config as z.output<JobSchema>;
  const logger = createLogger({ service: name, instance: '0', level });
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await work(config, logger);
      return;
    } catch (error) {
      if (!isAway(error) || Date.now() > deadline) {
        logger.fatal({ error }, 'failed');
        process.exitCode = 1;
        return;
      }
      logger.warn({ error }, 'waiting');
      await delay(1_000);
    }
  }
}
