import { parseArgs } from 'node:util';
import { serviceNames } from './services.ts';
import type { ServiceName } from './services.ts';

/** What `npm start` was asked for. Port 0 means a free one. */
export interface Flags {
  port: number;
  kafkaPort: number;
  postgresPort: number;
  data: string;
  fresh: boolean;
  json: boolean;
  /** Brokers of a cluster that runs already, comma-separated; null starts the embedded one. */
  kafka: string | null;
  /** URL of a database that runs already; null starts the embedded one. */
  postgres: string | null;
  instances: Record<ServiceName, number>;
}

export type FlagsResult =
  { kind: 'run'; flags: Flags } | { kind: 'help' } | { kind: 'invalid'; message: string };

const MAX_INSTANCES = 10;

export const helpText = `npm start -- [flags]

Runs the whole of Tributary on this machine: PostgreSQL, a Kafka broker, the four services and one origin for them.

  --port 4200            port of the origin; 0 takes a free one, as for the next two
  --kafka-port 9092      port of the embedded Kafka broker
  --postgres-port 5433   port of the embedded PostgreSQL
  --data .tributary      folder for everything that is kept: databases, secrets, logs
  --fresh                throw away what that folder holds and begin anew
  --json                 print one JSON object as the last line once all is ready
  --kafka host:port,...  use this Kafka cluster instead of the embedded broker (or KAFKA_BROKERS)
  --postgres URL         use this PostgreSQL database instead of the embedded one (or DATABASE_URL)
  --instances a=2,b=3    how many processes of a service to run, at most ${MAX_INSTANCES}; services:
                         ${serviceNames.join(', ')}
  --help                 this text

Ctrl-C stops everything.`;

const options = {
  port: { type: 'string', default: '4200' },
  'kafka-port': { type: 'string', default: '9092' },
  'postgres-port': { type: 'string', default: '5433' },
  data: { type: 'string', default: '.tributary' },
  fresh: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  kafka: { type: 'string' },
  postgres: { type: 'string' },
  instances: { type: 'string', default: '' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

class InvalidFlag extends Error {}

/** Reads the command line and the two environment variables that stand for flags; never throws for what it reads. */
export function readFlags(args: string[], env: NodeJS.ProcessEnv): FlagsResult {
  // One that is set to nothing is not set.
  const variable = (name: string): string | undefined => env[name] || undefined;
  try {
    const { values } = parseArgs({ args, options, strict: true, allowPositionals: false });
    if (values.help) return { kind: 'help' };
    const ports = {
      port: port('--port', values.port),
      kafkaPort: port('--kafka-port', values['kafka-port']),
      postgresPort: port('--postgres-port', values['postgres-port']),
    };
    distinct(ports);
    if (values.data === '') throw new InvalidFlag('--data names no folder.');
    return {
      kind: 'run',
      flags: {
        ...ports,
        data: values.data,
        fresh: values.fresh,
        json: values.json,
        kafka: brokers('--kafka', values.kafka) ?? brokers('KAFKA_BROKERS', variable('KAFKA_BROKERS')),
        postgres:
          database('--postgres', values.postgres) ?? database('DATABASE_URL', variable('DATABASE_URL')),
        instances: instances(values.instances),
      },
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (error instanceof InvalidFlag) return { kind: 'invalid', message: error.message };
    if (code.startsWith('ERR_PARSE_ARGS')) return { kind: 'invalid', message: parseSentence(error as Error) };
    throw error;
  }
}

/** What parseArgs found, for a person: its own texts go on about JavaScript. */
function parseSentence({ message }: Error): string {
  const unknown = /Unknown option '([^']+)'|Unexpected argument '([^']+)'/.exec(message);
  if (unknown) return `${unknown[1] ?? unknown[2]} is not a flag of npm start; --help lists them.`;
  const lacking = /Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(
    message,
  );
  if (lacking) return `${lacking[1]} takes a value, like ${lacking[1]}=...; --help lists the flags.`;
  return `${message.split(/[.\n]/)[0]}.`;
}

function port(name: string, text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(value <= 65_535))
    throw new InvalidFlag(`${name} is ${text}, but a port is a number from 0 to 65535.`);
  return value;
}

function distinct(ports: Record<string, number>): void {
  const given = Object.values(ports).filter((value) => value !== 0);
  if (new Set(given).size !== given.length)
    throw new InvalidFlag('--port, --kafka-port and --postgres-port must differ.');
}

function brokers(name: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const list = text.split(',').map((broker) => broker.trim());
  for (const broker of list) {
    const portNumber = Number(/^(?:[^:\s]+|\[[^\]\s]+\]):(\d{1,5})$/.exec(broker)?.[1] ?? NaN);
    if (!(portNumber >= 1 && portNumber <= 65_535))
      throw new InvalidFlag(
        `${name} holds "${broker}", but brokers are given as host:port, separated by commas.`,
      );
  }
  return list.join(',');
}

function database(name: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  // The value is not repeated: it holds a password.
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '')
    throw new InvalidFlag(`${name} is not a URL like postgres://user:password@host:5432/database.`);
  return text;
}

function instances(text: string): Record<ServiceName, number> {
  const counts = Object.fromEntries(serviceNames.map((name) => [name, 1])) as Record<ServiceName, number>;
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [, name, count] = /^\s*([^=]+)=(\d{1,3})\s*$/.exec(part) ?? [];
    if (name === undefined)
      throw new InvalidFlag(
        `--instances holds "${part.trim()}", but it reads like template-renderer=2,ingress=2.`,
      );
    if (!(name in counts))
      throw new InvalidFlag(`--instances names ${name}, but the services are ${serviceNames.join(', ')}.`);
    if (Number(count) < 1 || Number(count) > MAX_INSTANCES)
      throw new InvalidFlag(`--instances asks for ${count} of ${name}, but 1 to ${MAX_INSTANCES} can run.`);
    counts[name as ServiceName] = Number(count);
  }
  return counts;
}
