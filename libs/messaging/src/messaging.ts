import kafkajs from 'kafkajs';
import type { Kafka, KafkaConfig, LogEntry, RetryOptions } from 'kafkajs';
import { createAdmin } from './admin.ts';
import type { MessagingAdmin } from './admin.ts';
import { repairProduce } from './produce-request.ts';
import { repairReadCommitted } from './read-committed.ts';
import { repairRequestQueue } from './request-queue.ts';
import { createTopicDirectory } from './topic-directory.ts';
import type { TopicDirectory } from './topic-directory.ts';
import type { Logger } from './types.ts';

export interface MessagingOptions {
  /** `host:port` each; any one that answers suffices. */
  brokers: string[];
  clientId: string;
  logger: Logger;
  /** The largest record that is written or read, in bytes with key and headers: the topics' `max.message.bytes`. */
  maxRecordBytes: number;
  /** TLS and credentials, as kafkajs takes them. */
  security?: Pick<KafkaConfig, 'ssl' | 'sasl'>;
}

/** What everything else here is made from. */
export interface Messaging extends MessagingOptions {
  admin: MessagingAdmin;
  topics: TopicDirectory;
  /** A kafkajs client; `retry` rules connecting, InitProducerId and TxnOffsetCommit. */
  kafka(retry?: Partial<RetryOptions>): Kafka;
  close(): Promise<void>;
}

/**
 * After a broker's restart clients are back within a second (with kafkajs's defaults it takes up to five). All values are
 * named, since kafkajs has others when NODE_ENV is `test`.
 */
const clientRetry: RetryOptions = {
  initialRetryTime: 50,
  maxRetryTime: 500,
  factor: 0.2,
  multiplier: 2,
  retries: 8,
};

/** Milliseconds for a broker to answer. JoinGroup and SyncGroup have limits of their own. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Names a Kafka cluster. Does no I/O. */
export function createMessaging(options: MessagingOptions): Messaging {
  const { brokers, clientId, logger, security } = options;
  repairProduce();
  repairReadCommitted();
  repairRequestQueue();
  const kafka = (retry: Partial<RetryOptions> = {}) =>
    new kafkajs.Kafka({
      ...security,
      brokers,
      clientId,
      connectionTimeout: 2_000,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { ...clientRetry, ...retry },
      logLevel: kafkajs.logLevel.ERROR,
      // kafkajs logs as errors what it then retries; what matters is logged by the code around it.
      logCreator: () => (entry: LogEntry) => {
        const { message, ...fields } = entry.log;
        logger.debug({ ...fields, kafkajs: entry.namespace }, message);
      },
    });
  const admin = createAdmin({ kafka, logger });
  return { ...options, kafka, admin, topics: createTopicDirectory(admin), close: () => admin.close() };
}
