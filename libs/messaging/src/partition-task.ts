import { backoffMs, settledWithin, wait } from './backoff.ts';
import { messageOf } from './errors.ts';
import type { IncomingRecord, TopicPartition } from './types.ts';

/** Records of one partition, in order, and the offset that follows them (markers and gaps included). */
export interface PartitionBatch {
  records: IncomingRecord[];
  next: bigint;
}

/** What the handler of a partition is told about its time. */
export interface PartitionContext extends TopicPartition {
  /** Ended when the partition is somebody else's. */
  revoked: AbortSignal;
  /** Ended by `revoked`, and when this process stops: waiting is over, work underway is finished. */
  ending: AbortSignal;
  /** What it waits for, for the health; undefined when it waits no more. */
  report(trouble: unknown): void;
}

/** What becomes of the records of one assignment of a partition. */
export interface PartitionHandler {
  /** Makes ready and gives the offset to read from. Repeated while it rejects, and after `process` has rejected. */
  open(): Promise<bigint>;
  /** Gives the offset to go on from: `next`, or any other. */
  process(batch: PartitionBatch): Promise<bigint>;
  /** The partition is not ours any more. */
  close(): Promise<void>;
}

export type CreatePartitionHandler = (context: PartitionContext) => PartitionHandler;

/** Longest that a new assignment of a partition waits for the work of the former: fencing then protects the data. */
const FORMER_TIMEOUT_MS = 10_000;

/** One assignment of one partition. */
export class PartitionTask {
  readonly topic: string;
  readonly partition: number;
  readonly #handler: PartitionHandler;
  readonly #revoked = new AbortController();
  readonly #context: PartitionContext;
  readonly #onTrouble: (task: PartitionTask, error: unknown) => void;
  #position: bigint | undefined;
  #work: Promise<unknown> | undefined;
  #since = 0;
  trouble: string | undefined;

  constructor(
    { topic, partition }: TopicPartition,
    {
      createHandler,
      draining,
      onTrouble,
    }: {
      createHandler: CreatePartitionHandler;
      draining: AbortSignal;
      onTrouble: (task: PartitionTask, error: unknown) => void;
    },
  ) {
    this.topic = topic;
    this.partition = partition;
    this.#onTrouble = onTrouble;
    this.#context = {
      topic,
      partition,
      revoked: this.#revoked.signal,
      ending: AbortSignal.any([this.#revoked.signal, draining]),
      report: (trouble) => {
        this.trouble = trouble === undefined ? undefined : messageOf(trouble);
      },
    };
    this.#handler = createHandler(this.#context);
  }

  get name(): string {
    return `partition ${this.partition} of ${this.topic}`;
  }

  get isRevoked(): boolean {
    return this.#revoked.signal.aborted;
  }

  /** Whether it takes a batch. */
  get isReady(): boolean {
    return this.#position !== undefined && this.#work === undefined && !this.#context.ending.aborted;
  }

  /** How long the batch at hand has been at hand, without a reason that it told. */
  get busyMs(): number {
    return this.#work === undefined || this.trouble !== undefined ? 0 : Date.now() - this.#since;
  }

  /** Gives the offset to read from; undefined when the partition was lost before that was known. */
  async open(): Promise<bigint | undefined> {
    const { ending } = this.#context;
    for (let failures = 0; !ending.aborted; failures++) {
      try {
        this.#position = await this.#track(this.#handler.open());
        this.trouble = undefined;
        return this.#position;
      } catch (error) {
        this.trouble = messageOf(error);
        if (failures % 10 === 0) this.#onTrouble(this, error);
        await wait(backoffMs(failures, { maxMs: 1_000 }), ending).catch(() => undefined);
      }
    }
    return undefined;
  }

  /** Gives the offset to go on from; undefined when the partition was lost, or left, meanwhile. */
  async process({ records, next }: PartitionBatch): Promise<bigint | undefined> {
    const from = this.#position!;
    // A fetch that was underway when the position changed can bring what lies before it.
    const rest =
      records[0] !== undefined && records[0].offset >= from
        ? records
        : records.filter(({ offset }) => offset >= from);
    if (next <= from) return from;
    try {
      const position = await this.#track(this.#handler.process({ records: rest, next }));
      this.#position = position;
      return this.isRevoked ? undefined : position;
    } catch (error) {
      this.#position = undefined;
      if (this.#context.ending.aborted) return undefined;
      this.#onTrouble(this, error);
      return this.open();
    }
  }

  revoke(): void {
    this.#revoked.abort(new Error('The partition was given to another member'));
  }

  async idle(): Promise<void> {
    await this.#work?.catch(() => undefined);
  }

  async close(): Promise<void> {
    await settledWithin(this.idle(), FORMER_TIMEOUT_MS);
    await this.#handler.close().catch(() => undefined);
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#work = work;
    this.#since = Date.now();
    try {
      return await work;
    } finally {
      this.#work = undefined;
    }
  }
}
