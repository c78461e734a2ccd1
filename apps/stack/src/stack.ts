import { join } from 'node:path';
import { databaseUrl, embeddedKafka, embeddedPostgres } from './backends.ts';
import { openDataFolder } from './data/data-folder.ts';
import type { DataFolder } from './data/data-folder.ts';
import { demoWebhooks } from './demo/demo-webhooks.ts';
import type { DemoWebhook } from './demo/demo-webhooks.ts';
import type { Flags } from './flags.ts';
import { runJob } from './processes/job.ts';
import { openLogFile } from './processes/log-file.ts';
import type { LogFile } from './processes/log-file.ts';
import { checkPreparation } from './preparation.ts';
import { choosePorts, HOST, preferPorts } from './processes/ports.ts';
import { supervise } from './processes/supervisor.ts';
import type { Supervised } from './processes/supervisor.ts';
import { startProxy } from './proxy/proxy.ts';
import type { Address } from './proxy/failover-agent.ts';
import { baseEnvironment, serviceProgram, serviceReady } from './service-program.ts';
import type { SystemSettings } from './service-program.ts';
import { serviceNames, services } from './services.ts';
import type { ServiceName } from './services.ts';
import { diskSentence } from './stack-error.ts';

/** The running system, as `--json` prints it. */
export interface StackDescription {
  ready: true;
  url: string;
  api_url: string;
  api_key: string;
  account: string;
  workspace: string;
  kafka: string;
  postgres: string;
  webhooks: DemoWebhook[];
  processes: { service: ServiceName; instance: number; pid: number; url: string }[];
}

export interface Stack {
  description: StackDescription;
  logFolder: string;
  stop: () => Promise<void>;
}

export interface StartOptions {
  say: (line: string) => void;
  /** Ends a start that is under way; what was started by then is stopped before `startStack` rejects. */
  signal: AbortSignal;
}

/** How long children of a killed stack may take to leave their ports. */
const TAKEOVER_PATIENCE_MS = 20_000;

/** Starts the whole system in order; `stop` is the exact reverse. Throws a StackError for what its user can put right. */
export async function startStack(flags: Flags, { say, signal }: StartOptions): Promise<Stack> {
  const started = new AsyncDisposableStack();
  try {
    const data = await openDataFolder(flags.data, flags);
    started.defer(() => data.lock.release());
    return await startIn(data, flags, { say, signal, started });
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

interface Parts extends StartOptions {
  started: AsyncDisposableStack;
}

async function startIn(data: DataFolder, flags: Flags, { say, signal, started }: Parts): Promise<Stack> {
  const logFolder = data.folder('logs');
  const openLog = (name: string): LogFile =>
    openLogFile(join(logFolder, `${name}.log`), {
      onFailure: (error) =>
        say(diskSentence(error, logFolder) ?? `A log cannot be written: ${error.message}`),
    });
  /** Starts supervised processes side by side, and has them stopped side by side. */
  const run = async (processes: Supervised[]): Promise<void> => {
    started.defer(async () => void (await Promise.all(processes.map((each) => each.stop()))));
    await unless(signal, Promise.all(processes.map((each) => each.start())));
  };

  const ports = await choosePortsFor(flags, data.lock.takenOver ? TAKEOVER_PATIENCE_MS : 0);
  const settings: SystemSettings = {
    publicUrl: `http://localhost:${ports.origin}`,
    kafka: flags.kafka ?? `localhost:${ports.kafka}`,
    databaseUrl: flags.postgres ?? databaseUrl(data.secrets.postgresPassword, ports.postgres),
    secrets: data.secrets,
    compileCache: data.folder('cache'),
  };
  const env = baseEnvironment(settings);
  const job = (name: string, main: string, more: Record<string, string> = {}): Promise<void> =>
    runJob({ name, main, env: { ...env, ...more } }, openLog(name), { signal });
  const withDatabase = { DATABASE_URL: settings.databaseUrl, MASTER_KEY: settings.secrets.masterKey };

  say(`Starting in ${data.path} ...`);
  const preparation = checkPreparation(data, flags);
  const kafka = async (): Promise<void> => {
    if (flags.kafka === null)
      await run([embeddedKafka({ data, port: ports.kafka, log: openLog('kafka-0'), say, env })]);
    if (preparation.needed) await job('create-topics', 'apps/management/src/create-topics.ts');
  };
  const postgres = async (): Promise<void> => {
    if (flags.postgres === null)
      await run([
        await embeddedPostgres({ data, port: ports.postgres, log: openLog('postgres-0'), say, env }, signal),
      ]);
    if (!preparation.needed) return;
    await Promise.all(
      ['management', 'event-store'].map((owner) =>
        job(`migrate-${owner}`, `apps/${owner}/src/migrate.ts`, withDatabase),
      ),
    );
  };
  await allOrFirstError([kafka(), postgres()]);
  preparation.done();

  const instances = await placeServices(flags.instances);
  const processes = instances.map((each) => ({
    ...each,
    process: supervise(serviceProgram(each.service, settings, each), {
      log: openLog(`${each.service}-${each.instance}`),
      say,
      ready: serviceReady(each.port),
    }),
  }));
  await run(processes.map(({ process }) => process));

  const proxy = await startProxy({ host: HOST, port: ports.origin, instances: addresses(instances) });
  started.defer(() => proxy.stop());

  const { account, workspace, apiKey } = data.secrets;
  const management = instances.find(({ service }) => service === 'management')!;
  const access = {
    // Not the origin: its port may be one that fetch calls for nobody (https://fetch.spec.whatwg.org/#port-blocking).
    origin: `http://${HOST}:${management.port}`,
    publicUrl: settings.publicUrl,
    account,
    workspace,
    apiKey,
  };
  const webhooks = await unless(signal, demoWebhooks(access, { create: !data.state.demoCreated }));
  data.remember({ demoCreated: true });

  return {
    description: {
      ready: true,
      url: settings.publicUrl,
      api_url: `${settings.publicUrl}/api`,
      api_key: apiKey,
      account,
      workspace,
      kafka: settings.kafka,
      postgres: settings.databaseUrl,
      webhooks,
      processes: processes.map(({ service, instance, port, process }) => ({
        service,
        instance,
        pid: process.pid ?? 0,
        url: `http://localhost:${port}`,
      })),
    },
    logFolder,
    stop: () => started.disposeAsync(),
  };
}

/** The ports that flags choose; those of parts that are not started are not asked for. */
async function choosePortsFor(
  { port, kafkaPort, postgresPort, kafka, postgres }: Flags,
  patienceMs: number,
): Promise<{ origin: number; kafka: number; postgres: number }> {
  const chosen = await choosePorts(
    [
      { port, flag: '--port' },
      { port: kafka === null ? kafkaPort : 0, flag: '--kafka-port' },
      { port: postgres === null ? postgresPort : 0, flag: '--postgres-port' },
    ],
    { patienceMs },
  );
  return { origin: chosen[0]!, kafka: chosen[1]!, postgres: chosen[2]! };
}

interface Place {
  service: ServiceName;
  instance: number;
  port: number;
}

async function placeServices(counts: Record<ServiceName, number>): Promise<Place[]> {
  const wanted = serviceNames.flatMap((service) =>
    Array.from({ length: counts[service] }, (_, instance) => ({
      service,
      instance,
      port: services[service].port + instance,
    })),
  );
  const ports = await preferPorts(wanted.map(({ port }) => port));
  return wanted.map((place, index) => ({ ...place, port: ports[index]! }));
}

function addresses(places: Place[]): Record<ServiceName, Address[]> {
  const of = (service: ServiceName): Address[] =>
    places.filter((place) => place.service === service).map(({ port }) => ({ host: HOST, port }));
  return Object.fromEntries(serviceNames.map((service) => [service, of(service)])) as Record<
    ServiceName,
    Address[]
  >;
}

/** The promise's result; rejects at once when the signal says stop. */
async function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits for all, and then throws what failed first: nothing may still be starting while the rest is being stopped. */
async function allOrFirstError(promises: Promise<void>[]): Promise<void> {
  let failure: { error: unknown } | undefined;
  await Promise.all(
    promises.map((promise) => promise.catch((error: unknown) => void (failure ??= { error }))),
  );
  if (failure) throw failure.error;
}
