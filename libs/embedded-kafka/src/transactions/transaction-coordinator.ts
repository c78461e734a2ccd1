import { Journal } from '../log/journal.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Request } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { OffsetStore } from '../groups/offset-store.ts';
import type { ProducerIds } from './producer-ids.ts';

type TransactionState =
  'Empty' | 'Ongoing' | 'PrepareCommit' | 'PrepareAbort' | 'CompleteCommit' | 'CompleteAbort';

/** What is kept of a transactional id. */
interface Transaction {
  readonly producerId: number;
  readonly epoch: number;
  /** The id and epoch before the last bump, by which a repeated bump is told from a fenced producer. */
  readonly lastProducerId: number;
  readonly lastEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  /** Partitions of the open transaction, as `topic\npartition`. */
  readonly partitions: readonly string[];
  readonly groups: readonly string[];
  readonly startedAt: number;
  readonly updatedAt: number;
}

/** A producer as it names itself in a request. */
export type ProducerReference = Pick<Request<'endTxn'>, 'transactionalId' | 'producerId' | 'producerEpoch'>;

/** What a producer is told of itself. */
interface InitResult {
  readonly errorCode: ErrorCode;
  readonly producerId: number;
  readonly producerEpoch: number;
}
const initialized = (producerId: number, producerEpoch: number): InitResult => {
  return { errorCode: errors.NONE, producerId, producerEpoch };
};

export interface TransactionOptions {
  readonly fsync: boolean;
  readonly warn: (message: string) => void;
  readonly maxTimeoutMs: number;
  /** How long a transactional id is remembered without use. */
  readonly idExpirationMs: number;
  readonly partition: (topic: string, partition: number) => PartitionLog | undefined;
  readonly offsets: OffsetStore;
  readonly producerIds: ProducerIds;
}

/** The last epoch but one: the last is kept for fencing, after it a producer gets a new id. */
const LAST_EPOCH = 32766;

/**
 * Coordinates transactions. Every step is in the journal before it is answered: a transaction is decided once its
 * Prepare state is written, and a start completes what was decided.
 */
export class TransactionCoordinator {
  private readonly journal: Journal<Transaction>;
  private readonly options: TransactionOptions;
  /** Ids whose decision is being carried out. */
  private readonly finishing = new Set<string>();

  constructor(file: string, options: TransactionOptions) {
    this.options = options;
    this.journal = new Journal(file, options);
  }

  /** Completes transactions that were decided, but not carried out: before the last stop, or for an error of the disk. */
  async recover(): Promise<void> {
    for (const [id, transaction] of [...this.journal.entries]) {
      if (!transaction.state.startsWith('Prepare') || this.finishing.has(id)) continue;
      await this.finish(id, transaction.state === 'PrepareCommit', { isResumed: true });
    }
  }

  private get(transactionalId: string): Transaction | undefined {
    return this.journal.entries.get(transactionalId);
  }

  private put(transactionalId: string, transaction: Transaction): Transaction {
    this.journal.write([[transactionalId, transaction]]);
    return transaction;
  }

  /**
   * Gives a producer its id and epoch. A new instance of a transactional id fences the older one: its open transaction is
   * aborted and its epoch is out of date.
   */
  async init(request: {
    transactionalId: string | null;
    timeoutMs: number;
    producerId: number;
    producerEpoch: number;
  }): Promise<InitResult> {
    const { transactionalId, timeoutMs } = request;
    const refused = (errorCode: ErrorCode) => ({ errorCode, producerId: -1, producerEpoch: -1 });
    if (transactionalId === null) return initialized(this.options.producerIds.take(), 0);
    if (transactionalId === '') return refused(errors.INVALID_REQUEST);
    if (timeoutMs <= 0 || timeoutMs > this.options.maxTimeoutMs)
      return refused(errors.INVALID_TRANSACTION_TIMEOUT);
    const known = this.get(transactionalId);
    if (!known) {
      return this.begin(transactionalId, {
        producerId: this.options.producerIds.take(),
        epoch: 0,
        timeoutMs,
      });
    }
    if (known.state.startsWith('Prepare')) return refused(errors.CONCURRENT_TRANSACTIONS);
    const isRetry = known.lastEpoch === request.producerEpoch && known.lastProducerId === request.producerId;
    if (request.producerId >= 0 && isRetry) return initialized(known.producerId, known.epoch);
    const isOther = request.producerId !== known.producerId || request.producerEpoch !== known.epoch;
    if (request.producerId >= 0 && isOther) return refused(errors.PRODUCER_FENCED);
    if (known.state === 'Ongoing') await this.fence(transactionalId, known);
    const { producerId, epoch } = this.get(transactionalId) as Transaction;
    const next =
      epoch >= LAST_EPOCH
        ? { producerId: this.options.producerIds.take(), epoch: 0 }
        : { producerId, epoch: epoch + 1 };
    const last = request.producerId >= 0 ? { producerId, epoch } : undefined;
    return this.begin(transactionalId, { ...next, timeoutMs }, last);
  }

  /** Starts a transactional id, or its next epoch, with nothing open; `last` is what a repeated request may name. */
  private begin(
    transactionalId: string,
    next: { producerId: number; epoch: number; timeoutMs: number },
    last = { producerId: -1, epoch: -1 },
  ): InitResult {
    const now = Date.now();
    this.put(transactionalId, {
      ...next,
      lastProducerId: last.producerId,
      lastEpoch: last.epoch,
      state: 'Empty',
      partitions: [],
      groups: [],
      startedAt: now,
      updatedAt: now,
    });
    return initialized(next.producerId, next.epoch);
  }

  /** Aborts an open transaction under the next epoch, which shuts its producer out. */
  private async fence(transactionalId: string, transaction: Transaction): Promise<void> {
    this.put(transactionalId, { ...transaction, epoch: transaction.epoch + 1, state: 'PrepareAbort' });
    await this.finish(transactionalId, false);
  }

  /** The transaction of a producer that owns its transactional id now, or why it does not. */
  private owned(reference: ProducerReference): Transaction | ErrorCode {
    const known = this.get(reference.transactionalId);
    if (reference.transactionalId === '') return errors.INVALID_REQUEST;
    if (!known || known.producerId !== reference.producerId) return errors.INVALID_PRODUCER_ID_MAPPING;
    return known.epoch === reference.producerEpoch ? known : errors.PRODUCER_FENCED;
  }

  /** Adds partitions or groups to a producer's transaction, which begins with the first of them. */
  add(
    reference: ProducerReference,
    added: { partitions?: readonly string[]; groups?: readonly string[] },
  ): ErrorCode {
    const known = this.owned(reference);
    if (typeof known === 'number') return known;
    if (known.state.startsWith('Prepare')) return errors.CONCURRENT_TRANSACTIONS;
    const isOpen = known.state === 'Ongoing';
    const partitions = new Set([...(isOpen ? known.partitions : []), ...(added.partitions ?? [])]);
    const groups = new Set([...(isOpen ? known.groups : []), ...(added.groups ?? [])]);
    if (isOpen && partitions.size === known.partitions.length && groups.size === known.groups.length) {
      return errors.NONE;
    }
    const now = Date.now();
    this.put(reference.transactionalId, {
      ...known,
      state: 'Ongoing',
      partitions: [...partitions],
      groups: [...groups],
      startedAt: isOpen ? known.startedAt : now,
      updatedAt: now,
      lastProducerId: -1,
      lastEpoch: -1,
    });
    return errors.NONE;
  }

  /**
   * Whether a producer may write to a partition or a group now: it must be part of its open transaction (KIP-890's
   * verification). Answers what Apache Kafka answers a client of the first generation of transactions.
   */
  verify(reference: ProducerReference, part: { partition?: string; group?: string }): ErrorCode {
    const known = this.owned(reference);
    if (known === errors.PRODUCER_FENCED) return errors.INVALID_PRODUCER_EPOCH;
    if (typeof known === 'number') return known;
    if (known.state.startsWith('Prepare')) return errors.CONCURRENT_TRANSACTIONS;
    const isPart =
      known.state === 'Ongoing' &&
      (part.partition === undefined || known.partitions.includes(part.partition)) &&
      (part.group === undefined || known.groups.includes(part.group));
    return isPart ? errors.NONE : errors.TRANSACTION_ABORTABLE;
  }

  /** Ends a producer's transaction. When it resolves the markers are written: the next one may begin at once. */
  async end(reference: ProducerReference, committed: boolean): Promise<ErrorCode> {
    const known = this.owned(reference);
    if (typeof known === 'number') return known;
    const outcome = committed ? 'Commit' : 'Abort';
    if (known.state === `Complete${outcome}`) return errors.NONE;
    if (known.state === `Prepare${outcome}`) return errors.CONCURRENT_TRANSACTIONS;
    if (known.state !== 'Ongoing') return errors.INVALID_TXN_STATE;
    if (this.options.fsync) await Promise.all(this.logsOf(known).map((log) => log.flush()));
    this.put(reference.transactionalId, { ...known, state: `Prepare${outcome}`, updatedAt: Date.now() });
    await this.finish(reference.transactionalId, committed);
    return errors.NONE;
  }

  private logsOf(transaction: Transaction): PartitionLog[] {
    return transaction.partitions.flatMap((name) => {
      const [topic = '', partition = ''] = name.split('\n');
      return this.options.partition(topic, Number(partition)) ?? [];
    });
  }

  /** Carries out a decision: markers, offsets, final state. Doing it again after a crash adds only what is missing. */
  private async finish(
    transactionalId: string,
    committed: boolean,
    options = { isResumed: false },
  ): Promise<void> {
    this.finishing.add(transactionalId);
    try {
      const transaction = this.get(transactionalId) as Transaction;
      const { producerId, epoch: producerEpoch } = transaction;
      const logs = this.logsOf(transaction);
      for (const log of logs) {
        const isMarked = options.isResumed && log.producers.openedAt(producerId) === undefined;
        if (!isMarked) log.appendMarker({ producerId, producerEpoch, committed });
      }
      if (this.options.fsync) await Promise.all(logs.map((log) => log.flush()));
      if (transaction.groups.length > 0) this.options.offsets.settle(producerId, committed);
      this.put(transactionalId, {
        ...(this.get(transactionalId) as Transaction),
        state: committed ? 'CompleteCommit' : 'CompleteAbort',
        partitions: [],
        groups: [],
        updatedAt: Date.now(),
      });
    } finally {
      this.finishing.delete(transactionalId);
    }
  }

  /** Carries out what is left to do, aborts transactions past their time-out, and forgets ids that have long been idle. */
  async expire(now: number): Promise<void> {
    await this.recover();
    for (const [id, transaction] of [...this.journal.entries]) {
      if (transaction.state === 'Ongoing') {
        if (now - transaction.startedAt <= transaction.timeoutMs) continue;
        this.options.warn(
          `transaction of ${id} is past its time-out of ${transaction.timeoutMs} ms and was aborted`,
        );
        await this.fence(id, transaction);
      } else if (
        !transaction.state.startsWith('Prepare') &&
        now - transaction.updatedAt > this.options.idExpirationMs
      ) {
        this.journal.write([[id, null]]);
      }
    }
  }

  close(): void {
    this.journal.close();
  }
}
