import type { Consumer, ConsumerConfig, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import { backoffMs, settledWithin, wait } from './backoff.ts';
import { messageOf } from './errors.ts';
import type { Messaging } from './messaging.ts';
import type { Health } from './types.ts';

/** kafkajs counts a handler that is at work against the fetch loop: enough workers that partitions do not queue. */
const CONCURRENT_PARTITIONS = 64;

/** What a consumer that is alive does at least this often: it fetches or beats. */
const SILENCE_MS = 30_000;

const STOP_TIMEOUT_MS = 10_000;

const timings = { sessionTimeout: 10_000, rebalanceTimeout: 30_000 };

/** How a consumer waits for records. */
export interface Waiting {
  /** A fetch is answered when this much is there ... */
  minBytes: number;
  /** ... or after this time. Leaving, and joining when another leaves, waits for the fetch that is underway. */
  maxWaitTimeInMs: number;
  /** How soon a member learns that its group is to be joined again. */
  heartbeatInterval: number;
}

/** At once; a rebalance takes a quarter of a second, with kafkajs's defaults ten. */
const atOnce: Waiting = { minBytes: 1, maxWaitTimeInMs: 250, heartbeatInterval: 500 };

export interface SupervisedConsumerOptions {
  groupId: string;
  topics: string[];
  partitionAssigners?: NonNullable<ConsumerConfig['partitionAssigners']>;
  /** Bytes of one partition, and of all, that one fetch may bring; a larger record comes alone. */
  maxBytesPerPartition?: number;
  maxBytes?: number;
  waiting?: Partial<Waiting>;
  /** Runs before anything of the new assignment is fetched; what it has to do then it does without waiting. */
  onJoin(consumer: Consumer, assignment: Record<string, number[]>): void;
  onBatch(payload: EachBatchPayload, consumer: Consumer): Promise<void>;
  /** A batch whose records were all removed (compaction, markers, aborted): the position moves nevertheless. */
  onFiltered?(topic: string, partition: number, options: { next: bigint }): void;
}

/**
 * A kafkajs consumer that comes back whatever ends it: made anew after a crash, a silence, a failed start. It knows nothing
 * of what is done with batches, nor of positions. The other two are made of it: a GroupConsumer shares a topic with
 * the other members of its group, an AssignedConsumer reads the partitions that it is told to.
 */
export class SupervisedConsumer {
  readonly #messaging: Messaging;
  readonly #options: SupervisedConsumerOptions;
  readonly #stopped = new AbortController();
  #consumer: Consumer | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #lastSign = Date.now();
  #failure: string | undefined = 'not started';

  constructor(messaging: Messaging, options: SupervisedConsumerOptions) {
    this.#messaging = messaging;
    this.#options = options;
  }

  /** Resolves when the group was joined; tries for as long as it takes, until stopped. */
  start(): Promise<void> {
    this.#watchdog ??= setInterval(() => {
      this.#checkSigns();
    }, 1_000).unref();
    this.#starting ??= this.#run();
    return this.#starting;
  }

  /** Leaves the group, so that the others take over at once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  health(): Health {
    if (this.#failure !== undefined) return { healthy: false, detail: this.#failure };
    const silence = Date.now() - this.#lastSign;
    if (silence > SILENCE_MS / 2)
      return { healthy: false, detail: `no fetch and no heartbeat for ${silence} ms` };
    return { healthy: true, detail: 'consuming' };
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopped.signal.aborted; failures++) {
      const consumer = this.#create();
      this.#consumer = consumer;
      this.#lastSign = Date.now();
      try {
        await consumer.connect();
        // Stopped while nobody answered: this connection came after everything was let go.
        this.#stopped.signal.throwIfAborted();
        await consumer.subscribe({ topics: this.#options.topics, fromBeginning: true });
        const joined = this.#joined(consumer);
        // Awaited below; a failure before that is not an unhandled one.
        joined.catch(() => undefined);
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
          eachBatch: (payload) => this.#handle(payload, consumer),
        });
        await joined;
        this.#failure = undefined;
        return;
      } catch (error) {
        this.#failure = messageOf(error);
        if (failures % 10 === 0 && !this.#stopped.signal.aborted)
          this.#log('warn', error, 'the consumer could not start, it tries again');
        await this.#discard(consumer);
        await wait(backoffMs(failures, { maxMs: 1_000 }), this.#stopped.signal).catch(() => undefined);
      }
    }
  }

  #create(): Consumer {
    const {
      groupId,
      partitionAssigners,
      maxBytesPerPartition = 1_048_576,
      maxBytes = 16_777_216,
      waiting,
    } = this.#options;
    const consumer = this.#messaging.kafka().consumer({
      groupId,
      ...timings,
      ...atOnce,
      ...waiting,
      maxBytesPerPartition,
      maxBytes,
      allowAutoTopicCreation: false,
      ...(partitionAssigners === undefined ? {} : { partitionAssigners }),
      retry: {
        initialRetryTime: 50,
        maxRetryTime: 500,
        factor: 0.2,
        multiplier: 2,
        retries: 20,
        // One mechanism restarts, here; kafkajs restarts only after the errors that it takes for retriable.
        restartOnFailure: () => Promise.resolve(false),
      },
    });
    this.#observe(consumer);
    return consumer;
  }

  #observe(consumer: Consumer): void {
    const { events } = consumer;
    const sign = () => {
      if (consumer === this.#consumer) this.#lastSign = Date.now();
    };
    consumer.on(events.FETCH, sign);
    consumer.on(events.HEARTBEAT, sign);
    consumer.on(events.GROUP_JOIN, ({ payload }: ConsumerGroupJoinEvent) => {
      if (consumer !== this.#consumer) return;
      sign();
      this.#options.onJoin(consumer, payload.memberAssignment);
    });
    consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      const { topic, partition, lastOffset, batchSize } = payload;
      if (batchSize > 0 || consumer !== this.#consumer) return;
      this.#options.onFiltered?.(topic, partition, { next: BigInt(lastOffset) + 1n });
    });
    // kafkajs ends a consumer for good after errors that it takes for bugs, while the process looks alive.
    consumer.on(events.CRASH, ({ payload }) => {
      this.#restart(consumer, payload.error);
    });
  }

  #joined(consumer: Consumer): Promise<void> {
    return new Promise((resolve, reject) => {
      const remove = [
        consumer.on(consumer.events.GROUP_JOIN, () => {
          settle();
        }),
        consumer.on(consumer.events.CRASH, ({ payload }) => {
          settle(payload.error);
        }),
      ];
      const stop = () => {
        settle(new Error('stopped'));
      };
      const settle = (error?: Error) => {
        for (const removeListener of remove) removeListener();
        this.#stopped.signal.removeEventListener('abort', stop);
        if (error === undefined) resolve();
        else reject(error);
      };
      if (this.#stopped.signal.aborted) stop();
      else this.#stopped.signal.addEventListener('abort', stop);
    });
  }

  /** An error that reaches kafkajs can end the consumer; none does. */
  async #handle(payload: EachBatchPayload, consumer: Consumer): Promise<void> {
    if (consumer !== this.#consumer || this.#stopped.signal.aborted) return;
    try {
      await this.#options.onBatch(payload, consumer);
    } catch (error) {
      this.#log('error', error, 'a batch handler failed unexpectedly; its records are read again');
      await wait(200);
    }
    this.#lastSign = Date.now();
  }

  #restart(consumer: Consumer, error: unknown): void {
    if (consumer !== this.#consumer || this.#stopped.signal.aborted) return;
    // While starting, #run sees the crash itself.
    if (this.#failure !== undefined) return;
    this.#failure = messageOf(error);
    this.#log('warn', error, 'the consumer ended, a new one takes its place');
    this.#consumer = undefined;
    this.#starting = this.#discard(consumer).then(() => this.#run());
  }

  /** A consumer can hang without crashing, for instance on a connection that nobody answers. */
  #checkSigns(): void {
    if (this.#consumer === undefined || Date.now() - this.#lastSign < SILENCE_MS) return;
    this.#restart(this.#consumer, new Error(`no fetch and no heartbeat for ${SILENCE_MS} ms`));
  }

  /** kafkajs can wait for a broker that is gone before it lets go. */
  async #discard(consumer: Consumer): Promise<void> {
    await settledWithin(consumer.disconnect(), STOP_TIMEOUT_MS);
  }

  async #stop(): Promise<void> {
    this.#stopped.abort();
    clearInterval(this.#watchdog);
    this.#failure = 'stopped';
    if (this.#consumer !== undefined) await this.#discard(this.#consumer);
    this.#consumer = undefined;
  }

  #log(level: 'warn' | 'error', error: unknown, message: string): void {
    const { groupId, topics } = this.#options;
    this.#messaging.logger[level]({ err: error, groupId, topics }, message);
  }
}
