import { errors } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { addSequence } from './record-batch.ts';
import type { BatchHeader } from './record-batch.ts';

/** How many batches of a producer are remembered to tell a repeated one: as many as a client may have in flight. */
const REMEMBERED_BATCHES = 5;

interface SeenBatch {
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  readonly timestamp: number;
}

/** What a partition knows of one idempotent or transactional producer. */
export interface ProducerEntry {
  readonly producerId: number;
  epoch: number;
  /** The last batches of this epoch, oldest first. */
  batches: SeenBatch[];
  /** First offset of the transaction that is open in this partition, or undefined. */
  openedAt: number | undefined;
  /** Wall clock of the last append, for expiry. */
  lastUsed: number;
}

export type AppendCheck =
  | { readonly outcome: 'append' }
  | { readonly outcome: 'duplicate'; readonly baseOffset: number; readonly timestamp: number }
  | { readonly outcome: 'refused'; readonly errorCode: ErrorCode };

/** A transaction that was aborted in a partition. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Offset of the abort marker. */
  readonly lastOffset: number;
}

/** The producers of one partition: sequence numbers, epochs and open transactions. */
export class ProducerState {
  private readonly entries = new Map<number, ProducerEntry>();
  /** Producers with an open transaction, by the offset where it began. */
  private readonly open = new Map<number, number>();

  /** Whether a batch may be appended: its epoch is the newest, and its sequence follows the last one. */
  check(header: BatchHeader): AppendCheck {
    const entry = this.entries.get(header.producerId);
    if (!entry) return { outcome: 'append' };
    if (header.producerEpoch < entry.epoch)
      return { outcome: 'refused', errorCode: errors.INVALID_PRODUCER_EPOCH };
    if (header.producerEpoch > entry.epoch) {
      if (header.baseSequence === 0) return { outcome: 'append' };
      return { outcome: 'refused', errorCode: errors.OUT_OF_ORDER_SEQUENCE_NUMBER };
    }
    const seen = entry.batches.find(
      (batch) => batch.baseSequence === header.baseSequence && batch.lastSequence === header.lastSequence,
    );
    if (seen) return { outcome: 'duplicate', baseOffset: seen.baseOffset, timestamp: seen.timestamp };
    const last = entry.batches.at(-1);
    const expected = last ? addSequence(last.lastSequence, 1) : 0;
    if (header.baseSequence === expected) return { outcome: 'append' };
    return { outcome: 'refused', errorCode: errors.OUT_OF_ORDER_SEQUENCE_NUMBER };
  }

  /** Takes note of a data batch that is in the log. */
  noteData(header: BatchHeader, timestamp: number): void {
    if (header.producerId < 0) return;
    const entry = this.entryOf(header.producerId, header.producerEpoch);
    entry.batches.push({
      baseSequence: header.baseSequence,
      lastSequence: header.lastSequence,
      baseOffset: header.baseOffset,
      timestamp,
    });
    if (entry.batches.length > REMEMBERED_BATCHES) entry.batches.shift();
    entry.lastUsed = timestamp;
    if (header.isTransactional && entry.openedAt === undefined) {
      entry.openedAt = header.baseOffset;
      this.open.set(header.producerId, header.baseOffset);
    }
  }

  /** Takes note of a control batch; returns the transaction if it was aborted with data in this partition. */
  noteMarker(header: BatchHeader, aborted: boolean, timestamp: number): AbortedTransaction | undefined {
    const entry = this.entryOf(header.producerId, header.producerEpoch);
    const firstOffset = entry.openedAt;
    entry.openedAt = undefined;
    entry.lastUsed = timestamp;
    this.open.delete(header.producerId);
    if (!aborted || firstOffset === undefined) return undefined;
    return { producerId: header.producerId, firstOffset, lastOffset: header.baseOffset };
  }

  private entryOf(producerId: number, epoch: number): ProducerEntry {
    let entry = this.entries.get(producerId);
    if (!entry) {
      entry = { producerId, epoch, batches: [], openedAt: undefined, lastUsed: 0 };
      this.entries.set(producerId, entry);
    } else if (entry.epoch !== epoch) {
      entry.epoch = epoch;
      entry.batches = [];
    }
    return entry;
  }

  /** Offset where a producer's open transaction began in this partition. */
  openedAt(producerId: number): number | undefined {
    return this.open.get(producerId);
  }

  /** First offset of the oldest open transaction, or undefined when none is open. */
  firstOpenOffset(): number | undefined {
    let first: number | undefined;
    for (const offset of this.open.values()) if (first === undefined || offset < first) first = offset;
    return first;
  }

  /** Forgets producers that have been silent since `before` and have nothing open. */
  expire(before: number): void {
    for (const [id, entry] of this.entries) {
      if (entry.openedAt === undefined && entry.lastUsed < before) this.entries.delete(id);
    }
  }

  /** All entries, as plain data for a checkpoint. */
  snapshot(): ProducerEntry[] {
    return [...this.entries.values()];
  }

  /** Takes the entries of a checkpoint, before anything else. */
  restore(snapshot: readonly ProducerEntry[]): void {
    for (const entry of snapshot) {
      this.entries.set(entry.producerId, entry);
      if (entry.openedAt !== undefined) this.open.set(entry.producerId, entry.openedAt);
    }
  }
}
