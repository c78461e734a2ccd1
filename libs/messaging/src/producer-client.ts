import kafkajs from 'kafkajs';
import type { Producer } from 'kafkajs';
import type { Messaging } from './messaging.ts';

/** A kafkajs producer that can be given up for good. */
export interface ProducerClient {
  producer: Producer;
  /** Ends it at once: kafkajs would go on retrying a send for ever. */
  abandon(): void;
  /** Ends it when nothing is in flight. */
  close(): Promise<void>;
}

/**
 * Retries of one send. CONCURRENT_TRANSACTIONS comes after every commit and passes within milliseconds, and the
 * default first wait of 300 ms would be the latency of every transaction. The number of retries is what kafkajs wants
 * of an idempotent producer; what ends them is {@link ProducerClient.abandon}.
 */
const sendRetry = {
  initialRetryTime: 5,
  maxRetryTime: 100,
  factor: 0,
  multiplier: 2,
  retries: Number.MAX_SAFE_INTEGER,
};

/** InitProducerId and TxnOffsetCommit wait for a transaction to end in the same way, but take the client's retry. */
const coordinatorRetry = { initialRetryTime: 5, maxRetryTime: 100, factor: 0, retries: 100 };

const TRANSACTION_TIMEOUT_MS = 60_000;

/** Makes a producer: idempotent, or transactional if it has a transactional id. Does no I/O. */
export function createProducerClient(messaging: Messaging, transactionalId?: string): ProducerClient {
  let abandoned = false;
  const producer = messaging.kafka(coordinatorRetry).producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    retry: sendRetry,
    // kafkajs asks the partitioner again at each retry. A partition chosen then could differ from that of the first
    // attempt, and with it the sequence numbers that protect against loss: so partitions are chosen before, once.
    createPartitioner: () => (send) => {
      if (abandoned) throw new kafkajs.KafkaJSNonRetriableError('This producer was given up');
      return send.message.partition!;
    },
    ...(transactionalId === undefined ? {} : { transactionalId, transactionTimeout: TRANSACTION_TIMEOUT_MS }),
  });
  const disconnect = () => producer.disconnect().catch(() => undefined);
  return {
    producer,
    abandon: () => {
      abandoned = true;
      void disconnect();
    },
    close: disconnect,
  };
}
