import kafkajs from 'kafkajs';
import type { Admin, ITopicConfig, Kafka } from 'kafkajs';
import { wait } from './backoff.ts';
import { AdminClient } from './admin-client.ts';
import { kafkaErrorType, MessagingError } from './errors.ts';
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
  /**
   * Makes the topics that are missing, and adds partitions to those that have fewer. Resolves when every partition has a
   * leader, so that it can be written to. Safe to repeat.
   */
  createTopics(definitions: TopicToCreate[]): Promise<void>;
  partitionCount(topic: string): Promise<number>;
  /** Of every partition. */
  watermarks(topic: string): Promise<Watermarks[]>;
  partitionWatermarks(topic: string, partition: number): Promise<Watermarks>;
  /** Next offset per partition; partitions without a committed one are absent. */
  committedOffsets(groupId: string, topic: string): Promise<Map<number, bigint>>;
  deleteGroup(groupId: string): Promise<void>;
  /** Rejects when no broker answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * All errors are MessagingErrors: `closed` once it is closed. Connects when first used, and again after any failure. Its
 * calls run one after the other.
 */
export function createAdmin({ kafka, logger }: { kafka: () => Kafka; logger: Logger }): MessagingAdmin {
  const clients = new Set<AdminClient>();
  let current: AdminClient | undefined;
  let closed: MessagingError | undefined;

  const connect = (): AdminClient => {
    const client = new AdminClient(kafka().admin(), () => clients.delete(client));
    clients.add(client);
    return client;
  };

  const call = async <T>(what: string, fn: (admin: Admin) => Promise<T>): Promise<T> => {
    if (closed !== undefined) throw closed;
    const client = (current ??= connect());
    try {
      return await client.use(what, fn);
    } catch (error) {
      // A client that failed may hold stale metadata or a dead connection; a new one certainly does not.
      if (current === client) current = undefined;
      void client.retire();
      throw error;
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
    partitionWatermarks: async (topic, partition) => {
      const found = (await watermarks(topic)).find((entry) => entry.partition === partition);
      if (found !== undefined) return found;
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
      const refusal = (closed ??= new MessagingError('closed', 'The admin client is closed.'));
      current = undefined;
      await Promise.all([...clients].map((client) => client.retire(refusal)));
    },
  };
}

async function partitionCount(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.length ?? 0;
}

/**
 * kafkajs takes the partitions from the metadata that it has at hand, and gives a shorter or an empty list where that is
 * older than the topic or its partitions. "No offset is committed" or "nothing is behind the end" must not be read out of that: work would be done twice.
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
  const { brokers } = await admin.describeCluster();
  const existing = new Set(await admin.listTopics());
  const missing = definitions.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) await createMissing(admin, missing, brokers.length);
  await untilLed(admin, definitions, { atLeast: () => 1 });
  for (const definition of definitions) await widen(admin, definition, logger);
}

async function createMissing(admin: Admin, definitions: TopicToCreate[], brokers: number): Promise<void> {
  const durability: Record<string, string> = brokers >= 3 ? { 'min.insync.replicas': '2' } : {};
  const topics: ITopicConfig[] = definitions.map(({ name, partitions, config }) => ({
    topic: name,
    numPartitions: partitions,
    replicationFactor: Math.min(3, brokers),
    configEntries: Object.entries({ ...durability, ...config }).map(([key, value]) => ({ name: key, value })),
  }));
  try {
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    // Somebody else made it at the same time.
    const refusal = refusals(error).find((each) => kafkaErrorType(each) !== 'TOPIC_ALREADY_EXISTS');
    if (refusal !== undefined) throw refusal;
  }
}

/** Kafka answers for each topic by itself. */
function refusals(error: unknown): unknown[] {
  return error instanceof kafkajs.KafkaJSAggregateError ? error.errors : [error];
}

const LED_TIMEOUT_MS = 60_000;

/**
 * Brokers learn of topics and partitions a little later than their maker is answered: until then a producer is told that
 * they do not exist. (kafkajs's own wait for leaders fails on what is unknown.)
 */
async function untilLed(
  admin: Admin,
  definitions: TopicToCreate[],
  { atLeast }: { atLeast: (definition: TopicToCreate) => number },
): Promise<void> {
  const deadline = Date.now() + LED_TIMEOUT_MS;
  let waiting = definitions;
  for (;;) {
    const led = await leaders(admin, waiting);
    waiting = waiting.filter((definition) => (led.get(definition.name) ?? 0) < atLeast(definition));
    if (waiting.length === 0) return;
    if (Date.now() > deadline) {
      const names = waiting.map(({ name }) => name).join(', ');
      throw new MessagingError('unavailable', `Kafka has no leaders for all partitions of ${names}.`);
    }
    await wait(20);
  }
}

/** How many partitions the topics have: 0 as long as one has no leader that says so itself. */
async function leaders(admin: Admin, definitions: TopicToCreate[]): Promise<Map<string, number>> {
  const led = new Map<string, number>();
  for (const { name } of definitions) led.set(name, await ledPartitions(admin, name));
  return led;
}

const notYet = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'];

/** The metadata names a leader before that broker knows that it is one, so the leaders themselves are asked. */
async function ledPartitions(admin: Admin, topic: string): Promise<number> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0]?.partitions ?? [];
    if (partitions.length === 0 || partitions.some(({ leader }) => leader < 0)) return 0;
    return (await admin.fetchTopicOffsets(topic)).length;
  } catch (error) {
    if (!notYet.includes(kafkaErrorType(error) ?? '')) throw error;
    return 0;
  }
}

/** Partitions can be added, never taken away. */
async function widen(admin: Admin, definition: TopicToCreate, logger: Logger): Promise<void> {
  const { name, partitions } = definition;
  const found = await partitionCount(admin, name);
  if (found >= partitions) return;
  await admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] });
  await untilLed(admin, [definition], { atLeast: () => partitions });
  logger.info({ topic: name, from: found, to: partitions }, 'topic widened');
}
