import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What is wrong with the environment, one sentence per fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const secrets = new WeakSet<z.ZodType>();

/** Marks a field as a secret: {@link describeConfig} never shows its value. */
export function secret<T extends z.ZodType>(schema: T): T {
  secrets.add(schema);
  return schema;
}

/** A whole number given as text, in a range. */
export function integer(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number<string>({ error }).int({ error }).min(min, { error }).max(max, { error });
}

/** The URL of a database. It holds a password: to be marked as a {@link secret}. */
export const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, { error: 'must be postgres://user:password@host:port/database' });

/** What `read` makes of a text. What it throws says in its message what is wrong with the text, which is never shown. */
export function parsed<T>(read: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return read(text);
    } catch (error) {
      context.issues.push({ code: 'custom', message: (error as Error).message, input: undefined });
      return z.NEVER;
    }
  });
}

/** A text that `read` can read; as {@link parsed}, but it stays a text. */
export function readable(read: (text: string) => unknown) {
  return parsed((text) => {
    read(text);
    return text;
  });
}

/** pino's. */
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Environment variables that every service understands. `PORT` has a default of each service's own. */
export const serviceEnv = {
  HOST: z.string().default('0.0.0.0'),
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .refine((brokers) => brokers.every((broker) => /^[^:\s]+:\d+$|^\[.+\]:\d+$/.test(broker)), {
      error: 'must be host:port, several separated by commas',
    }),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  INSTANCE_ID: z.string().min(1).default('0'),
  /** Milliseconds that a stop may take before the process gives up and exits with 1. */
  DRAIN_TIMEOUT_MS: integer(0, 600_000).default(25_000),
  /** Milliseconds that a stop goes on taking requests, readiness being red: as long as a balancer needs to notice. */
  DRAIN_DELAY_MS: integer(0, 60_000).default(500),
  /** Origin under which clients reach the system; URLs in answers are built from it, never from the Host header. */
  PUBLIC_URL: z
    .url({ error: 'must be an origin, like https://tributary.example' })
    .default('http://localhost:4200')
    .transform((url) => url.replace(/\/+$/, '')),
};

/**
 * Reads a configuration from environment variables. For `NAME`, a variable `NAME_FILE` names a file with its value
 * instead (secrets mounted as files). Throws {@link ConfigError} with every fault at once.
 */
export function readConfig<T extends z.ZodObject>(schema: T, env: NodeJS.ProcessEnv): z.output<T> {
  const faults: string[] = [];
  const unreadable = new Set<string>();
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const file = env[`${name}_FILE`];
    try {
      const value = file === undefined || file === '' ? env[name] : readFileSync(file, 'utf8').trim();
      if (value !== undefined && value !== '') values[name] = value;
    } catch (error) {
      unreadable.add(name);
      faults.push(`${name}_FILE names a file that cannot be read: ${(error as Error).message}.`);
    }
  }
  const result = schema.safeParse(values);
  if (result.success && faults.length === 0) return result.data;
  for (const issue of result.error?.issues ?? [])
    if (!unreadable.has(String(issue.path[0]))) faults.push(sentence(issue, values));
  throw new ConfigError(
    `The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
  );
}

function sentence(issue: z.core.$ZodIssue, values: Record<string, string>): string {
  const name = issue.path.map(String).join('.');
  if (name !== '' && values[name] === undefined) return `${name} is required: set it, or ${name}_FILE.`;
  return name === '' ? `${issue.message}.` : `${name}: ${issue.message}.`;
}

/** The configuration for the start-up log: secrets only say whether they are set. */
export function describeConfig(
  schema: z.ZodObject,
  config: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, field]) => {
      const value = config[name];
      if (!secrets.has(field as z.ZodType)) return [name, value ?? null];
      return [name, value === undefined ? 'not configured' : 'configured'];
    }),
  );
}
