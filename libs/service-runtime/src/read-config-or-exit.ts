import type { z } from 'zod';
import { ConfigError, readConfig } from './config.ts';

/** Reads the configuration of this process; one that is not valid is told on the error output, and ends it with 2. */
export function readConfigOrExit<Schema extends z.ZodObject>(schema: Schema): z.output<Schema> {
  try {
    return readConfig(schema, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}
