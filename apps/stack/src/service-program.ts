import { repositoryRoot } from './processes/child-process.ts';
import type { Child, Program } from './processes/child-process.ts';
import { HOST } from './processes/ports.ts';
import type { Secrets } from './data/secrets.ts';
import { services } from './services.ts';
import type { ServiceDefinition, ServiceName } from './services.ts';
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { join } from 'node:path';

/** What all processes of the system are told. */
export interface SystemSettings {
  publicUrl: string;
  kafka: string;
  databaseUrl: string;
  secrets: Secrets;
  /** Where Node keeps what it has compiled: a later start is faster by it. */
  compileCache: string;
}

const telemetry = pathToFileURL(join(repositoryRoot, 'libs/telemetry/src/register.ts')).href;

/** Less than what the supervisor grants before it kills. */
const DRAIN_TIMEOUT_MS = 10_000;

const POLL_MS = 100;

/** Environment of a process of ours: the launcher's own, so that OTEL_* and LOG_LEVEL reach it, and what we decide. */
export function baseEnvironment({ kafka, compileCache }: Pick<SystemSettings, 'kafka' | 'compileCache'>) {
  const { PORT: _port, DATABASE_URL: _database, ...inherited } = process.env;
  return { ...inherited, KAFKA_BROKERS: kafka, NODE_COMPILE_CACHE: compileCache } as Record<string, string>;
}

/** Flags of Node that a service names in its `node.env`; where the launcher itself has some, they do not hide them. */
function nodeOptions(service: ServiceName): string[] {
  const file = join(repositoryRoot, 'apps', service, 'node.env');
  if (!existsSync(file)) return [];
  return parseEnv(readFileSync(file, 'utf8'))['NODE_OPTIONS']?.split(' ') ?? [];
}

/** One instance of a service as a program. */
export function serviceProgram(
  service: ServiceName,
  settings: SystemSettings,
  { instance, port }: { instance: number; port: number },
): Program {
  const name = `${service}-${instance}`;
  const { environment }: ServiceDefinition = services[service];
  return {
    name,
    main: `apps/${service}/src/main.ts`,
    nodeArgs: ['--import', telemetry, '--disable-warning=TimeoutNegativeWarning', ...nodeOptions(service)],
    env: {
      ...baseEnvironment(settings),
      HOST,
      PORT: String(port),
      INSTANCE_ID: name,
      PUBLIC_URL: settings.publicUrl,
      DRAIN_TIMEOUT_MS: String(DRAIN_TIMEOUT_MS),
      ...Object.assign({}, ...environment.map((name) => variables[name](settings))),
    },
  };
}

const variables: Record<
  ServiceDefinition['environment'][number],
  (settings: SystemSettings) => Record<string, string>
> = {
  DATABASE_URL: ({ databaseUrl }) => ({ DATABASE_URL: databaseUrl }),
  MASTER_KEY: ({ secrets }) => ({ MASTER_KEY: secrets.masterKey }),
  // The launcher's own proxy.
  TRUSTED_PROXIES: () => ({ TRUSTED_PROXIES: '1' }),
  PAGE_TOKEN_KEY: ({ secrets }) => ({ PAGE_TOKEN_KEY: secrets.pageTokenKey }),
  BOOTSTRAP: ({ secrets }) => ({
    BOOTSTRAP_ACCOUNT_ID: secrets.account,
    BOOTSTRAP_WORKSPACE_ID: secrets.workspace,
    BOOTSTRAP_API_KEY: secrets.apiKey,
  }),
};

/** Waits until a service says that it is ready. */
export function serviceReady(port: number): (child: Child, signal: AbortSignal) => Promise<void> {
  return async (_child, signal) => {
    for (;;) {
      signal.throwIfAborted();
      if (await isReady(port)) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${HOST}:${port}/health/ready`, {
      signal: AbortSignal.timeout(2_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch (error) {
    // Not listening yet, or too busy starting to answer: asked again.
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return false;
    throw error;
  }
}
