import type { Transaction } from 'kafkajs';
import { wait } from './backoff.ts';
import { Batch } from './checked-batch.ts';
import { kafkaErrorType, MessagingError, toMessagingError } from './errors.ts';
import { countSent } from './metrics.ts';
import type { Messaging } from './messaging.ts';
import { createProducerClient } from './producer-client.ts';
import type { ProducerClient } from './producer-client.ts';
import { checkSize, choosePartition, recordBytes, toMessage } from './records.ts';
import { endSpan, startSend } from './tracing.ts';
import type { OutgoingRecord, TopicPartition } from './types.ts';

/** The position of a group in its input, as part of a transaction. */
export interface InputPosition extends TopicPartition {
  groupId: string;
  next: bigint;
}

interface Prepared {
  topic: string;
  partition: number;
  bytes: number;
  message: ReturnType<typeof toMessage>;
  span: ReturnType<typeof startSend>['span'];
}

/** The producer of one input partition. Whoever initialises its transactional id fences whoever had it before. */
export class TransactionalProducer {
  readonly #messaging: Messaging;
  readonly #transactionalId: string;
  #client: ProducerClient | undefined;

  constructor(messaging: Messaging, transactionalId: string) {
    this.#messaging = messaging;
    this.#transactionalId = transactionalId;
  }

  /**
   * Fences the former owner, and ends the transaction that it left open. Afterwards the committed offset is the truth.
   * `connect()` alone fences nobody: kafkajs initialises the transactional id with the first transaction.
   */
  async initialise(): Promise<void> {
    this.abandon();
    const client = createProducerClient(this.#messaging, this.#transactionalId);
    try {
      await client.producer.connect();
      const first = await client.producer.transaction();
      await first.abort();
    } catch (error) {
      client.abandon();
      throw toMessagingError(error, `Initialising ${this.#transactionalId} failed`);
    }
    this.#client = client;
  }

  /**
   * Writes the records and the position, both or neither. A rejection leaves it open which, and the producer unusable:
   * kafkajs cannot end a transaction whose end has failed. Then {@link initialise} is next, and the committed offset
   * tells. Checks what the broker would refuse before anything is begun: those errors are not retryable.
   */
  async commit(records: OutgoingRecord[], position: InputPosition): Promise<void> {
    const prepared = await this.#prepare(records);
    const client = this.#client;
    if (client === undefined)
      throw new MessagingError('unavailable', `${this.#transactionalId} has no producer`);
    let failure: unknown;
    try {
      const transaction = await client.producer.transaction();
      const sent: Batch<Prepared>[] = [];
      for (const batch of batches(prepared)) {
        await this.#send(transaction, batch);
        sent.push(batch);
      }
      await sendPosition(transaction, position);
      await transaction.commit();
      sent.forEach(countSent);
    } catch (error) {
      failure = error;
      this.abandon();
      throw new CommitError(this.#transactionalId, error);
    } finally {
      for (const { span } of prepared) endSpan(span, failure);
    }
  }

  /** Chooses partitions and checks sizes. */
  async #prepare(records: OutgoingRecord[]): Promise<Prepared[]> {
    const { topics, maxRecordBytes } = this.#messaging;
    const counts = new Map<string, number>();
    for (const { topic } of records)
      if (!counts.has(topic)) counts.set(topic, await topics.partitionCount(topic));
    return records.map((record) => {
      const { topic } = record;
      const { span, headers } = startSend(record);
      try {
        const bytes = recordBytes({ ...record, headers });
        checkSize(topic, bytes, { max: maxRecordBytes });
        const partition = choosePartition(record, counts.get(topic)!);
        return { topic, partition, bytes, span, message: toMessage(record, { partition, headers }) };
      } catch (error) {
        endSpan(span, error);
        throw error;
      }
    });
  }

  abandon(): void {
    this.#client?.abandon();
    this.#client = undefined;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  async #send(transaction: Transaction, batch: Batch<Prepared>): Promise<void> {
    const answers = await transaction.sendBatch({ acks: -1, topicMessages: batch.topicMessages() });
    const { repeated } = batch.acknowledge(answers, () => undefined);
    if (repeated)
      throw new MessagingError('unavailable', 'Records would be there twice: a partition moved meanwhile');
  }
}

/** The transaction failed, or its end is unknown: the committed offset tells what happened. */
export class CommitError extends Error {
  readonly retryable: boolean;
  readonly isFenced: boolean;

  constructor(transactionalId: string, cause: unknown) {
    const { code, message, retryable } = toMessagingError(
      cause,
      `The transaction of ${transactionalId} failed`,
    );
    super(message, { cause });
    this.name = 'CommitError';
    this.isFenced = code === 'fenced';
    this.retryable = retryable;
  }
}

function* batches(records: Prepared[]): Generator<Batch<Prepared>> {
  let batch = new Batch<Prepared>();
  for (const record of records) {
    if (batch.add(record)) continue;
    yield batch;
    batch = new Batch<Prepared>();
    batch.add(record);
  }
  if (batch.size > 0) yield batch;
}

/**
 * Last, so that the retries of the records' send have outwaited the end of the former transaction; without records it is
 * waited for here, since kafkajs does not retry AddOffsetsToTxn.
 */
async function sendPosition(
  transaction: Transaction,
  { groupId, topic, partition, next }: InputPosition,
): Promise<void> {
  for (;;) {
    try {
      await transaction.sendOffsets({
        consumerGroupId: groupId,
        topics: [{ topic, partitions: [{ partition, offset: next.toString() }] }],
      });
      return;
    } catch (error) {
      if (kafkaErrorType(error) !== 'CONCURRENT_TRANSACTIONS') throw error;
      await wait(5);
    }
  }
}
