import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { BrokerContext, BrokerLog } from './broker-context.ts';
import { lockDirectory } from './data-lock.ts';
import { GroupCoordinator } from './groups/group-coordinator.ts';
import { OffsetStore } from './groups/offset-store.ts';
import { Journal } from './log/journal.ts';
import { startMaintenance } from './maintenance.ts';
import { ByteBudget } from './server/byte-budget.ts';
import { startServer } from './server/server.ts';
import { TopicStore } from './topics/topic-store.ts';
import { ProducerIds } from './transactions/producer-ids.ts';
import { TransactionCoordinator } from './transactions/transaction-coordinator.ts';

const MIB = 1 << 20;
const DAY_MS = 86_400_000;

/** What a broker may be told, where it has a default; times in milliseconds, sizes in bytes. */
const defaults = {
  /** Address to listen on. There is neither authentication nor encryption: beyond the loopback address anyone may do anything. */
  host: '127.0.0.1',
  /** Acknowledge only what the disk has, so that a power cut loses nothing; slower. */
  fsync: false,
  /** Partitions of a topic whose creator leaves the number to the broker. */
  defaultPartitions: 1,
  /** How long a group's first rebalance waits for further members. */
  initialRebalanceDelayMs: 0,
  minSessionTimeoutMs: 1000,
  maxSessionTimeoutMs: 1_800_000,
  maxTransactionTimeoutMs: 900_000,
  /** How long the offsets of a group without members are kept. */
  offsetsRetentionMs: 7 * DAY_MS,
  /** Pause between two rounds of checkpoints, retention and compaction. */
  maintenanceIntervalMs: 5000,
  maxConnections: 4096,
  maxRequestBytes: 100 * MIB,
  /** Memory for large requests, and for answers, that are under way. */
  requestMemoryBytes: 128 * MIB,
  responseMemoryBytes: 128 * MIB,
  idleTimeoutMs: 600_000,
  /** Takes the lines of the log; by default nobody does. */
  log: (() => undefined) as BrokerLog,
};

/** What a broker is told. */
export interface BrokerOptions extends Readonly<Partial<typeof defaults>> {
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Where everything is kept; created if it is not there. */
  readonly dataDir: string;
  /** Host and port that clients are told; by default the address listened on. */
  readonly advertisedHost?: string;
  readonly advertisedPort?: number;
}

/** A broker in this process. */
export interface Broker {
  /** Opens the data directory and listens; rejects with an error whose message is one sentence. */
  start(): Promise<void>;
  /** Closes all connections and files. Nothing acknowledged depends on it. */
  stop(): Promise<void>;
  /** The port listened on; 0 before the start. */
  readonly port: number;
  /** `host:port` that clients are told. */
  readonly address: string;
}

/** The smallest and the largest answer to a fetch, whatever the client asks for. */
const MIN_FETCH_BYTES = 64 << 10;
const MAX_FETCH_BYTES = 16 * MIB;

/**
 * A single-node Kafka broker that keeps its log in `dataDir`.
 *
 *     const broker = createBroker({ port: 9092, dataDir: '.kafka' });
 *     await broker.start();
 */
export function createBroker(options: BrokerOptions): Broker {
  const settings = { ...defaults, ...options };
  let running: Awaited<ReturnType<typeof open>> | undefined;
  return {
    async start() {
      running ??= await open(settings);
    },
    async stop() {
      const stopping = running;
      running = undefined;
      await stopping?.close();
    },
    get port() {
      return running?.port ?? 0;
    },
    get address() {
      return `${settings.advertisedHost ?? settings.host}:${settings.advertisedPort ?? running?.port ?? 0}`;
    },
  };
}

async function open(settings: typeof defaults & BrokerOptions) {
  const releasers: (() => unknown)[] = [];
  const close = async () => {
    for (const release of releasers.splice(0).reverse()) await release();
  };
  try {
    releasers.push(lockDirectory(settings.dataDir));
    const files = { fsync: settings.fsync, warn: (message: string) => settings.log('warn', message) };
    const state = await openState(settings, { files, releasers });
    let port = 0;
    let outputBytes = 0;
    const context: BrokerContext = {
      ...state,
      advertised: () => ({
        host: settings.advertisedHost ?? settings.host,
        port: settings.advertisedPort ?? port,
      }),
      defaultPartitions: settings.defaultPartitions,
      fetchBudget: () => {
        const share = (settings.responseMemoryBytes - outputBytes) / 4;
        return Math.max(MIN_FETCH_BYTES, Math.min(MAX_FETCH_BYTES, share));
      },
      log: settings.log,
    };
    releasers.push(startMaintenance(context, { intervalMs: settings.maintenanceIntervalMs }));
    const server = await startServer({
      context,
      host: settings.host,
      port: settings.port,
      maxConnections: settings.maxConnections,
      maxFrameBytes: settings.maxRequestBytes,
      budget: new ByteBudget(settings.requestMemoryBytes),
      frameTimeoutMs: 60_000,
      idleTimeoutMs: settings.idleTimeoutMs,
      onOutput: (bytes) => {
        outputBytes += bytes;
      },
    });
    releasers.push(() => server.close());
    port = server.port;
    return { port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openState(
  settings: typeof defaults & BrokerOptions,
  options: { files: { fsync: boolean; warn: (message: string) => void }; releasers: (() => unknown)[] },
) {
  const { files, releasers } = options;
  const fileOf = (name: string) => path.join(settings.dataDir, name);
  const opened = <T extends { close(): unknown }>(part: T): T => {
    releasers.push(() => part.close());
    return part;
  };
  const cluster = opened(new Journal<string>(fileOf('cluster.journal'), files));
  if (!cluster.entries.has('id')) cluster.write([['id', randomBytes(16).toString('base64url')]]);
  const topics = opened(new TopicStore(settings.dataDir, files));
  const offsets = opened(new OffsetStore(fileOf('offsets.journal'), files));
  const groups = opened(new GroupCoordinator(offsets, settings));
  const transactions = opened(
    new TransactionCoordinator(fileOf('transactions.journal'), {
      ...files,
      maxTimeoutMs: settings.maxTransactionTimeoutMs,
      idExpirationMs: 7 * DAY_MS,
      partition: (topic, partition) => topics.partition(topic, partition),
      offsets,
      producerIds: opened(new ProducerIds(fileOf('producers.journal'), files)),
    }),
  );
  await transactions.recover();
  return { clusterId: cluster.entries.get('id') ?? '', topics, offsets, groups, transactions };
}
