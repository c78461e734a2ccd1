import { shutdownTelemetry } from '@tributary/telemetry';
import type { z } from 'zod';
import { describeConfig } from './config.ts';
import type { serviceEnv } from './config.ts';
import { createLifecycle } from './lifecycle.ts';
import type { Lifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import { readConfigOrExit } from './read-config-or-exit.ts';

type ServiceSchema = z.ZodObject<typeof serviceEnv>;

/** What a service is built from. Parts are added to the lifecycle in the order in which they start. */
export interface ServiceContext<Config> {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/**
 * The whole of a service's main: reads the configuration, builds, starts, and stops on SIGTERM or SIGINT. Exit codes: 0
 * after a clean stop, 1 when starting or stopping failed, 2 when the configuration is not valid.
 */
export async function runService<Schema extends ServiceSchema>(
  { name, schema }: { name: string; schema: Schema },
  build: (context: ServiceContext<z.output<Schema>>) => void | Promise<void>,
): Promise<void> {
  const config = readConfigOrExit(schema) as z.output<ServiceSchema>;
  const logger = createLogger({ service: name, instance: config.INSTANCE_ID, level: config.LOG_LEVEL });
  const lifecycle = createLifecycle(logger);
  let stopping = false;

  const stop = async (reason: string, exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'stopping');
    setTimeout(() => {
      logger.error({ timeoutMs: config.DRAIN_TIMEOUT_MS }, 'gave up draining');
      process.exit(1);
    }, config.DRAIN_TIMEOUT_MS).unref();
    const clean = await lifecycle.stop().then(
      () => true,
      () => false,
    );
    await shutdownTelemetry();
    logger.info({}, 'stopped');
    logger.flush(() => process.exit(clean ? exitCode : 1));
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal, 0));
  // A promise nobody waits for has failed: the state is unknown, and a supervisor restarts us from a known one.
  process.on('unhandledRejection', (error) => {
    logger.fatal({ error }, 'unhandled rejection');
    void stop('unhandled rejection', 1);
  });

  try {
    await build({ config: config as z.output<Schema>, logger, lifecycle });
    logger.info({ config: describeConfig(schema, config) }, 'starting');
    await lifecycle.start();
    if (!stopping) logger.info({}, 'started');
  } catch (error) {
    logger.fatal({ error }, 'could not start');
    await stop('start failed', 1);
  }
}
