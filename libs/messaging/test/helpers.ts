import { createMessaging, createPublisher } from '../src/index.ts';
import type { IncomingRecord, Logger, Messaging } from '../src/index.ts';
import kafkajs from 'kafkajs';
import { randomName } from '@tributary/testing';

const silent = () => undefined;
const shown = (level: string) => (fields: object, message: string) => {
  if (process.env['TEST_LOG'] !== undefined) console.log(level, message, fields);
};
export const logger: Logger = {
  debug: silent,
  info: shown('info'),
  warn: shown('warn'),
  error: shown('error'),
};

export function messagingFor(brokers: string[]): Messaging {
  return createMessaging({ brokers, clientId: 'test', logger, maxRecordBytes: 2_000_000 });
}

/** A topic of a name that nobody else has. */
export async function newTopic(
  messaging: Messaging,
  { partitions = 1 }: { partitions?: number } = {},
): Promise<string> {
  const name = randomName('topic');
  await messaging.admin.createTopics([{ name, partitions, config: { 'max.message.bytes': '2000000' } }]);
  return name;
}

/** Publishes `key-0` ... as keys and values. */
export async function publishNumbered(
  messaging: Messaging,
  topic: string,
  { count, from = 0, partition }: { count: number; from?: number; partition?: number },
): Promise<void> {
  const publisher = createPublisher(messaging);
  await publisher.start();
  await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const key = `key-${from + index}`;
      return publisher.publish({ topic, key, value: key, ...(partition === undefined ? {} : { partition }) });
    }),
  );
  await publisher.stop();
}

export interface SeenRecord {
  key: string;
  value: string;
  headers: Record<string, string>;
  /** Partition and offset. */
  position: string;
}

/** All that a reader of committed records sees, read by kafkajs alone: a witness that is not under test. */
export async function readAll(messaging: Messaging, topic: string): Promise<SeenRecord[]> {
  const kafka = new kafkajs.Kafka({
    brokers: messaging.brokers,
    clientId: 'witness',
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const watermarks = await messaging.admin.watermarks(topic);
  const ends = new Map(watermarks.map(({ partition, high }) => [partition, high]));
  // By position: a witness that has to join its group again begins anew.
  const seen = new Map<string, SeenRecord>();
  const consumer = kafka.consumer({ groupId: randomName('witness'), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const done = new Promise<void>((resolve) => {
    const finished = (partition: number, next: bigint) => {
      if (next >= (ends.get(partition) ?? 0n)) ends.delete(partition);
      if (ends.size === 0) resolve();
    };
    for (const { partition, low, high } of watermarks) if (low === high) finished(partition, high);
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      finished(payload.partition, BigInt(payload.lastOffset) + 1n);
    });
  });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      for (const { key, value, headers, offset } of batch.messages) {
        const text = Object.entries(headers ?? {}).map(([name, data]) => [name, String(data)]);
        const position = `${batch.partition}/${offset}`;
        seen.set(position, {
          position,
          key: String(key),
          value: String(value),
          headers: Object.fromEntries(text) as Record<string, string>,
        });
      }
      return Promise.resolve();
    },
  });
  await done;
  await consumer.disconnect();
  return [...seen.values()];
}

export function keysOf(records: IncomingRecord[]): string[] {
  return records.map(({ key }) => String(key));
}

/** `key-0` ... `key-(count-1)`. */
export function numberedKeys(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `key-${from + index}`);
}
