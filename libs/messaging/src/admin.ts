import type { Admin, ITopicConfig, Kafka } from 'kafkajs';
import { wait } from './backoff.ts';
import { kafkaErrorType, MessagingError, toMessagingError } from './errors.ts';
import type { Logger } from './types.ts';

export interface TopicToCreate {
  name: string;
  partitions: number;
  /** Kafka's topic configuration. */
  config: Record<string, string>;
}

/** The first and the next offset of a partition. */
export interface Watermarks {
  partition: number;
  low: bigint;
  high: bigint;
}

export interface MessagingAdmin {
  /** Makes the topics that are missing, and adds partitions to those that have fewer. Safe to repeat. */
  createTopics(definitions: TopicToCreate[]): Promise<void>;
  partitionCount(topic: string): Promise<number>;
  /** Of every partition. */
  watermarks(topic: string): Promise<Watermarks[]>;
  /** The first offset of a partition that is still there. */
  low(topic: string, partition: number): Promise<bigint>;
  /** Next offset per partition; partitions without a committed one are absent. */
  committedOffsets(groupId: string, topic: string): Promise<Map<number, bigint>>;
  deleteGroup(groupId: string): Promise<void>;
  /** Rejects when no broker answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** All errors are MessagingErrors. Connects when first used, and again after any failure. */
export function createAdmin({ kafka, logger }: { kafka: () => Kafka; logger: Logger }): MessagingAdmin {
  const clients = new Set<AdminClient>();
  let current: AdminClient | undefined;

  const connect = (): AdminClient => {
    const client = new AdminClient(kafka().admin(), () => clients.delete(client));
    clients.add(client);
    return client;
  };

  const call = async <T>(what: string, fn: (admin: Admin) => Promise<T>): Promise<T> => {
    const client = (current ??= connect());
    try {
      return await client.use(fn);
    } catch (error) {
      // A client that failed may hold stale metadata or a dead connection; a new one certainly does not.
      if (current === client) current = undefined;
      void client.retire();
      throw toMessagingError(error, what);
    }
  };

  const watermarks = (topic: string) =>
    call(`Reading the watermarks of ${topic}`, async (admin) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      await expectAll(admin, topic, offsets);
      return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
    });

  return {
    createTopics: (definitions) =>
      call('Creating topics', (admin) => createTopics(admin, definitions, logger)),
    partitionCount: (topic) => call(`Looking up the topic ${topic}`, (admin) => partitionCount(admin, topic)),
    watermarks,
    low: async (topic, partition) => {
      const found = (await watermarks(topic)).find((entry) => entry.partition === partition);
      if (found !== undefined) return found.low;
      throw new MessagingError('unavailable', `Kafka knows no partition ${partition} of ${topic}.`);
    },
    committedOffsets: (groupId, topic) =>
      call(`Reading the offsets of ${groupId}`, async (admin) => {
        const [entry] = await admin.fetchOffsets({ groupId, topics: [topic] });
        await expectAll(admin, topic, entry?.partitions ?? []);
        const known = (entry?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n);
        return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]));
      }),
    deleteGroup: (groupId) =>
      call(`Deleting the group ${groupId}`, async (admin) => {
        await admin.deleteGroups([groupId]);
      }),
    ping: () =>
      call('Asking Kafka for its brokers', async (admin) => {
        await admin.describeCluster();
      }),
    close: async () => {
      current = undefined;
      await Promise.all([...clients].map((client) => client.retire()));
    },
  };
}

/**
 * A kafkajs admin that is disconnected only when nobody uses it any more: a call that is under way would fail for want
 * of metadata, or connect again, and then nobody disconnects.
 */
class AdminClient {
  readonly #admin: Admin;
  readonly #connected: Promise<void>;
  readonly #onGone: () => void;
  readonly #gone = Promise.withResolvers<void>();
  #calls = 0;
  #isRetired = false;

  constructor(admin: Admin, onGone: () => void) {
    this.#admin = admin;
    this.#onGone = onGone;
    this.#connected = admin.connect();
    // Awaited by each call.
    this.#connected.catch(() => undefined);
  }

  async use<T>(fn: (admin: Admin) => Promise<T>): Promise<T> {
    this.#calls += 1;
    try {
      await this.#connected;
      return await fn(this.#admin);
    } finally {
      this.#calls -= 1;
      this.#leave();
    }
  }

  /** Resolves when it is disconnected, after the calls that are under way. */
  retire(): Promise<void> {
    if (!this.#isRetired) {
      this.#isRetired = true;
      this.#leave();
    }
    return this.#gone.promise;
  }

  #leave(): void {
    if (!this.#isRetired || this.#calls > 0) return;
    this.#onGone();
    const disconnected = this.#admin.disconnect().catch(() => undefined);
    void disconnected.then(this.#gone.resolve);
  }
}

async function partitionCount(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.length ?? 0;
}

/**
 * kafkajs takes the partitions from metadata that it shares among its calls and replaces by whichever answer comes last:
 * an answer to a question from before the topic was named makes it ask about no partition, and give an empty list.
 * "No offset is committed" or "nothing is behind the end" must not be read out of that: work would be done twice.
 */
async function expectAll(admin: Admin, topic: string, answers: { partition: number }[]): Promise<void> {
  const count = await partitionCount(admin, topic);
  const seen = new Set(answers.map(({ partition }) => partition));
  if (count > 0 && seen.size >= count) return;
  throw new MessagingError(
    'unavailable',
    `Kafka answered for ${seen.size} of ${count} partitions of ${topic}.`,
  );
}

async function createTopics(admin: Admin, definitions: TopicToCreate[], logger: Logger): Promise<void> {
  const [{ brokers }, existing] = await Promise.all([admin.describeCluster(), admin.listTopics()]);
  const missing = definitions.filter(({ name }) => !existing.includes(name));
  await Promise.all(missing.map((definition) => createTopic(admin, definition, brokers.length)));
  await Promise.all(
    definitions
      .filter(({ name }) => existing.includes(name))
      .map((definition) => widen(admin, definition, logger)),
  );
}

async function createTopic(admin: Admin, definition: TopicToCreate, brokers: number): Promise<void> {
  const replicas = { replicationFactor: Math.min(3, brokers) };
  const durability: Record<string, string> = brokers >= 3 ? { 'min.insync.replicas': '2' } : {};
  const topic: ITopicConfig = {
    topic: definition.name,
    numPartitions: definition.partitions,
    ...replicas,
    configEntries: Object.entries({ ...durability, ...definition.config }).map(([name, value]) => ({
      name,
      value,
    })),
  };
  try {
    await admin.createTopics({ topics: [topic], waitForLeaders: false });
  } catch (error) {
    if (kafkaErrorType(error) !== 'TOPIC_ALREADY_EXISTS') throw error;
  }
  await visible(admin, definition.name);
}

const VISIBLE_TIMEOUT_MS = 15_000;

/** Brokers learn of a new topic a little later than its maker; kafkajs waits for leaders, and fails on what is unknown. */
async function visible(admin: Admin, name: string): Promise<void> {
  for (const deadline = Date.now() + VISIBLE_TIMEOUT_MS; ;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
      if (topics[0]?.partitions.every(({ leader }) => leader >= 0)) return;
    } catch (error) {
      const type = kafkaErrorType(error) ?? '';
      if (!['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'].includes(type) || Date.now() > deadline)
        throw error;
    }
    await wait(20);
  }
}

/** Partitions can be added, never taken away. */
async function widen(admin: Admin, { name, partitions }: TopicToCreate, logger: Logger): Promise<void> {
  const found = await partitionCount(admin, name);
  if (found >= partitions) return;
  await admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] });
  logger.info({ topic: name, from: found, to: partitions }, 'topic widened');
}
