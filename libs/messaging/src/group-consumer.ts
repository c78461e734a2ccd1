import { setImmediate } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { settledWithin, wait } from './backoff.ts';
import { countConsumed, setLag } from './metrics.ts';
import type { Messaging } from './messaging.ts';
import { PartitionTask } from './partition-task.ts';
import type { CreatePartitionHandler } from './partition-task.ts';
import { toIncoming } from './records.ts';
import { SupervisedConsumer } from './supervised-consumer.ts';
import type { Waiting } from './supervised-consumer.ts';
import type { Health } from './types.ts';

/** A handler whose batch takes longer than this is stuck, whatever it waits for. */
const STUCK_MS = 300_000;

const DRAIN_TIMEOUT_MS = 30_000;

/** Positions for those who watch a group's lag: more often would cost a request per batch. */
const COMMIT_INTERVAL_MS = 1_000;
const COMMIT_RETRY_MS = 200;
const COMMIT_TIMEOUT_MS = 10_000;

export interface GroupConsumerOptions {
  groupId: string;
  topics: string[];
  maxBytesPerPartition?: number;
  waiting?: Partial<Waiting>;
  /**
   * Milliseconds that the fetch loop waits for a handler. kafkajs fetches again when every partition of the last fetch
   * is done, and beats in between; a handler that takes longer is left to itself with its partition paused, so that it
   * holds up neither the other partitions nor the heartbeat. Pausing always would cost latency and throughput: a paused
   * partition comes back with the next fetch only, and that may wait for its time when nothing else comes.
   */
  patienceMs: number;
  createHandler: CreatePartitionHandler;
  /**
   * Whether the consumer itself commits its positions to Kafka. `monitoring`: now and then. `durable`: they are what the
   * group goes on from, so after every batch, and once before the first one of a partition, as often as that takes.
   */
  commit: 'no' | 'monitoring' | 'durable';
}

/**
 * Shares partitions with the other members of a group, and has a handler for each that it is given: opened at the
 * assignment, closed when another takes over, one batch in flight. What transformer, sink and subscription are made of.
 * For partitions that are chosen, not given, and need no handler, there is the AssignedConsumer.
 */
export class GroupConsumer {
  readonly #messaging: Messaging;
  readonly #options: GroupConsumerOptions;
  readonly #consumer: SupervisedConsumer;
  #tasks = new Map<string, PartitionTask>();
  readonly #closings = new Map<string, Promise<void>>();
  readonly #openings = new Set<Promise<void>>();
  readonly #draining = new AbortController();
  readonly #uncommitted = new Map<PartitionTask, bigint>();
  #commitTimer: NodeJS.Timeout | undefined;
  #committing = Promise.resolve();
  #stopping: Promise<void> | undefined;
  #current: Consumer | undefined;

  constructor(messaging: Messaging, options: GroupConsumerOptions) {
    this.#messaging = messaging;
    this.#options = options;
    const { groupId, topics, maxBytesPerPartition, waiting } = options;
    this.#consumer = new SupervisedConsumer(messaging, {
      groupId,
      topics,
      ...(maxBytesPerPartition === undefined ? {} : { maxBytesPerPartition }),
      ...(waiting === undefined ? {} : { waiting }),
      onJoin: (consumer, assignment) => {
        this.#assign(consumer, assignment);
      },
      onBatch: (payload, consumer) => this.#handle(payload, consumer),
    });
  }

  start(): Promise<void> {
    return this.#consumer.start();
  }

  /** Resolves when all partitions that are ours now have their positions, committed if they are `durable`. */
  async opened(): Promise<void> {
    while (this.#openings.size > 0) await Promise.all(this.#openings);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  health(): Health {
    const health = this.#consumer.health();
    if (!health.healthy) return health;
    for (const task of this.#tasks.values()) {
      if (task.busyMs > STUCK_MS)
        return { healthy: false, detail: `${task.name} has not moved for ${task.busyMs} ms` };
    }
    const waiting = [...this.#tasks.values()].filter((task) => task.trouble !== undefined);
    if (waiting.length === 0) return { healthy: true, detail: `${this.#tasks.size} partitions` };
    // An outage of something else is not this consumer's death: it waits, and says for what.
    return { healthy: true, detail: `${waiting.length} partitions wait: ${waiting[0]!.trouble ?? ''}` };
  }

  /**
   * Every join is a new assignment, of the same partitions too: whoever had them between may have moved their
   * positions. They stay paused until the handler has said where to go on.
   */
  #assign(consumer: Consumer, assignment: Record<string, number[]>): void {
    this.#current = consumer;
    for (const [name, task] of this.#tasks) {
      task.revoke();
      this.#closeAfterAllBefore(name, task);
    }
    const former = this.#tasks;
    this.#tasks = new Map();
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        const name = nameOf(topic, partition);
        const task = this.#createTask(topic, partition);
        this.#tasks.set(name, task);
        consumer.pause([{ topic, partitions: [partition] }]);
        if (!this.#draining.signal.aborted) {
          const opening = this.#open(task, { consumer, formerClosed: this.#closings.get(name) });
          this.#openings.add(opening);
          void opening.then(() => this.#openings.delete(opening));
        }
        former.delete(name);
      }
    }
    for (const { topic, partition } of former.values()) {
      setLag(this.#options.groupId, topic, { partition, value: undefined });
    }
  }

  /**
   * Joins can follow each other faster than a partition opens. Each assignment waits for all before it: one that still
   * initialises its producer would fence those that came after.
   */
  #closeAfterAllBefore(name: string, task: PartitionTask): void {
    const closing = Promise.all([this.#closings.get(name), task.close()]).then(() => {
      if (this.#closings.get(name) === closing) this.#closings.delete(name);
    });
    this.#closings.set(name, closing);
  }

  #createTask(topic: string, partition: number): PartitionTask {
    return new PartitionTask(
      { topic, partition },
      {
        createHandler: this.#options.createHandler,
        draining: this.#draining.signal,
        onTrouble: (task, error) => {
          this.#warn(task, error, 'a partition waits: it could not be opened or processed');
        },
      },
    );
  }

  async #open(
    task: PartitionTask,
    { consumer, formerClosed }: { consumer: Consumer; formerClosed: Promise<void> | undefined },
  ): Promise<void> {
    await formerClosed;
    const position = await task.open();
    if (position === undefined) return;
    if (this.#options.commit === 'durable') {
      while (!(await this.#commitOffsets(consumer, [[task, position]]))) {
        if (task.isRevoked || this.#draining.signal.aborted) return;
        await wait(COMMIT_RETRY_MS);
      }
    }
    this.#goOn(task, { consumer, position });
  }

  async #handle({ batch, resolveOffset }: EachBatchPayload, consumer: Consumer): Promise<void> {
    const { topic, partition, messages } = batch;
    const task = this.#tasks.get(nameOf(topic, partition));
    if (task?.isReady !== true) return;
    const next = BigInt(batch.lastOffset()) + 1n;
    setLag(this.#options.groupId, topic, { partition, value: Number(BigInt(batch.highWatermark) - next) });
    const records = messages.map((message) => toIncoming({ topic, partition }, message));
    const bytes = messages.reduce(
      (sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0),
      0,
    );
    countConsumed(topic, records.length, { bytes });

    const work = task.process({ records, next });
    if (await settledWithin(work, this.#options.patienceMs)) {
      const position = await work;
      if (position === undefined) return;
      if (position === next) resolveOffset(messages.at(-1)!.offset);
      else consumer.seek({ topic, partition, offset: position.toString() });
      this.#committed(task, position);
      return;
    }
    consumer.pause([{ topic, partitions: [partition] }]);
    void work.then((position) => {
      if (position === undefined) return;
      this.#goOn(task, { consumer, position });
      this.#committed(task, position);
    });
  }

  #goOn(task: PartitionTask, { consumer, position }: { consumer: Consumer; position: bigint }): void {
    const { topic, partition } = task;
    if (task.isRevoked || this.#draining.signal.aborted || consumer !== this.#current) return;
    try {
      consumer.seek({ topic, partition, offset: position.toString() });
      consumer.resume([{ topic, partitions: [partition] }]);
    } catch (error) {
      // kafkajs refuses when this consumer has just ended; the next one assigns anew.
      this.#warn(task, error, 'a partition could not be resumed');
    }
  }

  #committed(task: PartitionTask, position: bigint): void {
    const { commit } = this.#options;
    if (commit === 'no') return;
    this.#uncommitted.set(task, position);
    if (commit === 'durable') void this.#commit();
    else
      this.#commitTimer ??= setTimeout(() => {
        void this.#commit();
      }, COMMIT_INTERVAL_MS).unref();
  }

  /** One after the other, so that an older position never overtakes. */
  #commit(): Promise<void> {
    clearTimeout(this.#commitTimer);
    this.#commitTimer = undefined;
    return (this.#committing = this.#committing.then(async () => {
      const positions = [...this.#uncommitted].filter(([task]) => !task.isRevoked);
      this.#uncommitted.clear();
      if (positions.length > 0 && this.#current !== undefined)
        await this.#commitOffsets(this.#current, positions);
    }));
  }

  /** Gives whether they were committed; never rejects. */
  async #commitOffsets(consumer: Consumer, positions: [PartitionTask, bigint][]): Promise<boolean> {
    const offsets = positions.map(([{ topic, partition }, position]) => ({
      topic,
      partition,
      offset: position.toString(),
    }));
    try {
      await consumer.commitOffsets(offsets);
      return true;
    } catch (error) {
      this.#warn(positions[0]![0], error, 'positions were not committed');
      return false;
    }
  }

  /** What is in flight is finished and committed, what waits is left to the next member. */
  async #stop(): Promise<void> {
    this.#draining.abort();
    for (const task of this.#tasks.values()) this.#pause(task);
    const tasks = [...this.#tasks.values()];
    await settledWithin(Promise.all(tasks.map((task) => task.idle())), DRAIN_TIMEOUT_MS);
    // What was finished last reports its position in the microtasks that follow.
    await setImmediate();
    await settledWithin(this.#commit(), COMMIT_TIMEOUT_MS);
    await this.#consumer.stop();
    for (const task of tasks) task.revoke();
    await Promise.all([...this.#closings.values(), ...tasks.map((task) => task.close())]);
  }

  #pause(task: PartitionTask): void {
    const { topic, partition } = task;
    try {
      this.#current?.pause([{ topic, partitions: [partition] }]);
    } catch (error) {
      // kafkajs refuses when the consumer has ended by itself: then nothing of it comes any more.
      this.#warn(task, error, 'a partition could not be paused');
    }
  }

  #warn({ topic, partition }: PartitionTask, error: unknown, message: string): void {
    this.#messaging.logger.warn({ err: error, groupId: this.#options.groupId, topic, partition }, message);
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic} ${partition}`;
}
