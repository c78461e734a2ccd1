import type { Message } from 'kafkajs';
import { backoffMs, wait } from './backoff.ts';
import { Batch } from './checked-batch.ts';
import { MessagingError, messageOf, toMessagingError } from './errors.ts';
import { countSent } from './metrics.ts';
import type { Messaging } from './messaging.ts';
import { createProducerClient } from './producer-client.ts';
import type { ProducerClient } from './producer-client.ts';
import type { RecordPosition } from './types.ts';

/** A record that waits for its acknowledgement. */
export interface PendingRecord {
  topic: string;
  partition: number;
  bytes: number;
  message: Message;
  /** Milliseconds since the process began ({@link performance.now}). */
  deadline: number;
  resolve(position: RecordPosition): void;
  reject(error: MessagingError): void;
}

/** As many as leave together before another producer is put to work: then sharing a request saves little. */
const GATHERED_RECORDS = 64;

/**
 * One idempotent producer. kafkajs has one produce request in flight per broker, so whatever waits goes out together as
 * soon as the last request returned: no timer, no delay for a single record, large batches under load.
 */
export class PublisherLane {
  readonly #messaging: Messaging;
  readonly #stopped = new AbortController();
  #queue: PendingRecord[] = [];
  #head = 0;
  #client: ProducerClient | undefined;
  #connecting: Promise<void> | undefined;
  #inFlight: Batch<PendingRecord> | undefined;
  #scheduled = false;
  #failure: string | undefined;

  constructor(messaging: Messaging) {
    this.#messaging = messaging;
  }

  /** Resolves when the producer is ready; tries for as long as it takes, until stopped. */
  start(): Promise<void> {
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  enqueue(record: PendingRecord): void {
    this.#queue.push(record);
    this.#schedule();
  }

  /** Undefined while all is well. */
  get failure(): string | undefined {
    if (this.#client !== undefined) return undefined;
    return this.#failure ?? 'not connected yet';
  }

  /** Records that wait or are in flight. */
  get waiting(): number {
    return this.#queue.length - this.#head + (this.#inFlight?.size ?? 0);
  }

  /** Whether several records are in flight together, and there is room for more to gather until they are back. */
  get isGathering(): boolean {
    return (this.#inFlight?.size ?? 0) > 1 && this.waiting < GATHERED_RECORDS;
  }

  get isIdle(): boolean {
    return this.#head === this.#queue.length && this.#inFlight === undefined;
  }

  /** Rejects what has waited too long. Records wait in the order of their deadlines. */
  expire(now: number): void {
    while (this.#head < this.#queue.length && this.#queue[this.#head]!.deadline <= now) {
      this.#take().reject(
        new MessagingError('unavailable', `Kafka did not take the record in time: ${this.#why()}`),
      );
    }
    this.#compact();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#client?.close();
    this.#client = undefined;
  }

  /** After this turn of the event loop, so that the requests that one poll of the sockets brought leave together. */
  #schedule(): void {
    if (this.#scheduled || this.#inFlight !== undefined || this.#client === undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    const client = this.#client;
    if (client === undefined || this.#inFlight !== undefined || this.#head === this.#queue.length) return;
    const batch = new Batch<PendingRecord>();
    const records: PendingRecord[] = [];
    while (this.#head < this.#queue.length && batch.add(this.#queue[this.#head]!)) records.push(this.#take());
    this.#compact();
    this.#inFlight = batch;
    try {
      await this.#produce(client, { batch, records });
    } catch (error) {
      this.#giveUp(client, error);
      const failure = toMessagingError(error, 'Publishing failed');
      for (const record of records) record.reject(failure);
    }
    this.#inFlight = undefined;
    this.#schedule();
  }

  /** Resolves when all are acknowledged and told so. Rejects at the deadline of the first of them. */
  async #produce(
    { producer }: ProducerClient,
    { batch, records }: { batch: Batch<PendingRecord>; records: PendingRecord[] },
  ): Promise<void> {
    const sending = producer.sendBatch({ acks: -1, topicMessages: batch.topicMessages() });
    const answers = await before(records[0]!.deadline, sending);
    // All or none: every partition is checked before the first caller is told.
    const positions: [PendingRecord, bigint][] = [];
    const { repeated } = batch.acknowledge(answers, (record, offset) => positions.push([record, offset]));
    if (repeated) this.#messaging.logger.warn({}, 'records were written twice while a partition moved');
    countSent(batch);
    for (const [record, offset] of positions) record.resolve({ partition: record.partition, offset });
  }

  /**
   * After any failed send the sequence numbers of the producer are unknown: the broker may have written the batch. A
   * different batch under the same numbers would be taken for its repetition, acknowledged, and dropped. So the
   * producer goes, and the next one has an id of its own.
   */
  #giveUp(client: ProducerClient, error: unknown): void {
    client.abandon();
    this.#client = undefined;
    this.#failure = messageOf(error);
    if (this.#stopped.signal.aborted) return;
    this.#messaging.logger.warn({ err: error }, 'publishing failed, the producer is replaced');
    this.#connecting = this.#connect();
  }

  async #connect(): Promise<void> {
    for (let failures = 0; !this.#stopped.signal.aborted; failures++) {
      const client = createProducerClient(this.#messaging);
      try {
        // Connects and, the producer being idempotent, gets a producer id.
        await client.producer.connect();
        if (this.#stopped.signal.aborted) {
          client.abandon();
          return;
        }
        this.#client = client;
        this.#failure = undefined;
        this.#schedule();
        return;
      } catch (error) {
        client.abandon();
        this.#failure = messageOf(error);
        if (failures === 0) this.#messaging.logger.warn({ err: error }, 'no producer: Kafka does not answer');
        await wait(backoffMs(failures, { maxMs: 1_000 }), this.#stopped.signal).catch(() => undefined);
      }
    }
  }

  #take(): PendingRecord {
    return this.#queue[this.#head++]!;
  }

  /** Taking from the front of an array copies the rest; this does it seldom. */
  #compact(): void {
    if (this.#head < 1_024 && this.#head < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #why(): string {
    return this.#failure ?? 'the broker is slow';
  }
}

async function before<T>(deadline: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new MessagingError('unavailable', 'Kafka did not acknowledge in time'));
    }, deadline - performance.now());
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
