import { recordHeaders, topics } from '@tributary/event-schemas';
import { createMessaging, createPublisher } from '@tributary/messaging';
import type { IncomingRecord, Messaging } from '@tributary/messaging';
import { createPartitionReader } from '@tributary/messaging';
import { randomName } from '@tributary/testing';
import type { Logger, TributaryEvent } from '../src/index.ts';

const shown = (level: string) => (fields: object, message: string) => {
  if (process.env['TEST_LOG'] !== undefined) console.log(level, message, fields);
};
export const logger: Logger = {
  debug: () => undefined,
  info: shown('info'),
  warn: shown('warn'),
  error: shown('error'),
};

export const REPLY_PARTITION = 2;

/** A topic of events and one of replies that nobody else has, and what stands at their other ends. */
export async function createBench(brokers: string[]) {
  const messaging = createMessaging({ brokers, clientId: 'test', logger, maxRecordBytes: 2_000_000 });
  const [topic, replyTopic] = [randomName('events'), randomName('replies')];
  await messaging.admin.createTopics([
    { name: topic, partitions: 2, config: {} },
    { name: replyTopic, partitions: 4, config: {} },
  ]);
  const publisher = createPublisher(messaging);
  await publisher.start();
  const replies: IncomingRecord[] = [];
  const reader = createPartitionReader(messaging, {
    topic: replyTopic,
    partition: REPLY_PARTITION,
    onRecord: (record) => replies.push(record),
  });
  await reader.start();

  /** As the renderer writes an event, on a partition of the test's choice. */
  const emit = (
    event: TributaryEvent | string,
    { partition = 0, headers = {} }: { partition?: number; headers?: Record<string, string> } = {},
  ) =>
    publisher.publish({
      topic,
      partition,
      key: 'thing',
      value: typeof event === 'string' ? event : JSON.stringify(event),
      headers: { [recordHeaders.schemaVersion]: String(topics.events.schemaVersion), ...headers },
    });

  const replyHeaders = (executionId: string) => ({
    [recordHeaders.executionId]: executionId,
    [recordHeaders.webhookVersion]: '4',
    [recordHeaders.replyTopic]: replyTopic,
    [recordHeaders.replyPartition]: String(REPLY_PARTITION),
  });

  const close = async () => {
    await reader.stop();
    await publisher.stop();
    await messaging.close();
  };

  return { messaging, brokers, topic, replies, emit, replyHeaders, close };
}

/** The committed position of a partition; -1 without one. */
export async function committed(
  messaging: Messaging,
  { groupId, topic, partition = 0 }: { groupId: string; topic: string; partition?: number },
): Promise<bigint> {
  return (await messaging.admin.committedOffsets(groupId, topic)).get(partition) ?? -1n;
}
