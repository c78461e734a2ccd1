import fs from 'node:fs';
import path from 'node:path';
import { writeCheckpoint } from './checkpoint.ts';
import { ProducerState } from './producer-state.ts';
import type { AbortedTransaction, AppendCheck } from './producer-state.ts';
import {
  BATCH_HEADER_BYTES,
  batchLastOffset,
  batchSize,
  buildControlBatch,
  readBatchHeader,
  stampAppendTime,
  stampOffset,
} from './record-batch.ts';
import type { BatchHeader } from './record-batch.ts';
import { readInt64 } from '../protocol/wire.ts';
import type { TopicSettings } from '../topics/topic-config.ts';
import { recoverLog } from './recovery.ts';
import { Segment, lastIndex, syncDirectory } from './segment.ts';

/** Room beyond the asked bytes for what lies between an index entry and the offset that is looked for. */
const LOOKUP_SLACK_BYTES = 8192;
/** Growth after which a checkpoint is due, which bounds what a start after a crash has to read. */
const CHECKPOINT_BYTES = 8 << 20;

export interface LogOptions {
  /** Whether a record is durable only when the disk has it. */
  readonly fsync: boolean;
  readonly settings: () => TopicSettings;
  readonly warn: (message: string) => void;
}

/** The log of one partition: segments on disk, the state of its producers, and whoever waits for its growth. */
export class PartitionLog {
  readonly directory: string;
  readonly producers = new ProducerState();
  /** Called whenever more can be read. */
  readonly waiters = new Set<() => void>();
  segments: Segment[];
  aborted: AbortedTransaction[];
  endOffset: number;
  cleanedOffset: number;
  closed = false;
  /** Bytes appended since the log was opened. */
  appendedBytes = 0;
  private readonly options: LogOptions;
  private durableOffset: number;
  private syncing: Promise<void> | undefined;
  private uncheckedBytes = 0;
  private changed = false;
  private activeSince = 0;

  constructor(directory: string, options: LogOptions) {
    this.directory = directory;
    this.options = options;
    fs.mkdirSync(directory, { recursive: true });
    const found = recoverLog(directory, this.producers);
    this.segments = found.segments;
    this.aborted = found.aborted;
    this.endOffset = found.endOffset;
    this.cleanedOffset = found.cleanedOffset;
    this.durableOffset = this.endOffset;
    this.changed = found.isBeyondCheckpoint;
    if (found.cutBytes > 0) {
      options.warn(
        `${directory}: cut ${found.cutBytes} bytes after offset ${this.endOffset} that are no whole batch`,
      );
    }
    if (options.fsync) {
      /* What is served from now on is on the disk, and so are the names of new files. */
      fs.fsyncSync(this.active.handle());
      syncDirectory(directory);
      syncDirectory(path.dirname(directory));
    }
  }

  get active(): Segment {
    return this.segments.at(-1) as Segment;
  }

  /** First offset that is served. */
  get startOffset(): number {
    return (this.segments[0] as Segment).baseOffset;
  }

  get settings(): TopicSettings {
    return this.options.settings();
  }

  get sizeBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  }

  /** Offset up to which records are served: all of them, or with fsync those that the disk has. */
  get highWatermark(): number {
    return this.options.fsync ? this.durableOffset : this.endOffset;
  }

  /** Offset up to which every transaction is decided. */
  get lastStableOffset(): number {
    return Math.min(this.producers.firstOpenOffset() ?? this.highWatermark, this.highWatermark);
  }

  /** Whether a producer's batch follows its last one. */
  check(header: BatchHeader): AppendCheck {
    return header.producerId < 0 ? { outcome: 'append' } : this.producers.check(header);
  }

  /**
   * Appends one checked batch, stamping its offset in place. When it returns, the operating system has the batch.
   * Throws what the file system throws; the log is then as before.
   */
  append(batch: Buffer): { baseOffset: number; appendTime: number } {
    const settings = this.settings;
    const now = Date.now();
    stampOffset(batch, this.endOffset);
    if (settings.appendTime) stampAppendTime(batch, now);
    const header = this.write(batch, settings, now);
    this.producers.noteData(header, settings.appendTime ? now : header.maxTimestamp);
    this.grown(batch.length);
    return { baseOffset: header.baseOffset, appendTime: settings.appendTime ? now : -1 };
  }

  /** Ends a producer's transaction in this partition with a marker. */
  appendMarker(marker: { producerId: number; producerEpoch: number; committed: boolean }): void {
    const now = Date.now();
    const batch = buildControlBatch({ ...marker, baseOffset: this.endOffset, timestamp: now });
    const header = this.write(batch, this.settings, now);
    const aborted = this.producers.noteMarker(header, !marker.committed, now);
    if (aborted) this.aborted.push(aborted);
    this.grown(batch.length);
  }

  private write(batch: Buffer, settings: TopicSettings, now: number): BatchHeader {
    const active = this.active;
    const isFull = active.sizeBytes + batch.length > settings.segmentBytes;
    const isOld = this.activeSince > 0 && now - this.activeSince > settings.segmentMs;
    if (active.sizeBytes > 0 && (isFull || isOld || this.endOffset - active.baseOffset > 0x7fff_0000))
      this.roll();
    const header = readBatchHeader(batch);
    if (this.active.sizeBytes === 0) this.activeSince = now;
    this.active.write(batch, header);
    this.endOffset = header.lastOffset + 1;
    return header;
  }

  private grown(sizeBytes: number): void {
    this.changed = true;
    this.appendedBytes += sizeBytes;
    this.uncheckedBytes += sizeBytes;
    if (this.options.fsync) return; // Who waits is woken by the sync, and a checkpoint before it would have to wait for the disk.
    if (this.uncheckedBytes > CHECKPOINT_BYTES) this.checkpoint();
    this.wake();
  }

  private wake(): void {
    for (const waiter of this.waiters) waiter();
  }

  /** Resolves once the disk has everything appended so far; at once without fsync. Callers at one time share a sync. */
  async flush(): Promise<void> {
    if (!this.options.fsync) return;
    const target = this.endOffset;
    while (this.durableOffset < target) {
      this.syncing ??= this.sync();
      await this.syncing;
    }
  }

  private async sync(): Promise<void> {
    const end = this.endOffset;
    const fd = this.active.handle();
    try {
      await new Promise<void>((resolve, reject) => {
        fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()));
      });
      this.durableOffset = Math.max(this.durableOffset, end);
    } finally {
      this.syncing = undefined;
    }
    this.wake();
  }

  /** Closes the active segment and starts the next one. An empty segment stays. */
  roll(): void {
    const active = this.active;
    if (active.sizeBytes === 0) return;
    if (this.options.fsync) fs.fdatasyncSync(active.handle());
    active.seal(this.endOffset);
    const next = new Segment(this.directory, this.endOffset, 0);
    next.resetIndex();
    next.handle();
    if (this.options.fsync) syncDirectory(this.directory);
    this.segments.push(next);
    this.checkpoint();
  }

  /** Saves what a start would otherwise read from the log. */
  checkpoint(): void {
    if (this.highWatermark < this.endOffset) fs.fdatasyncSync(this.active.handle());
    this.active.persistIndex();
    const checkpoint = {
      endOffset: this.endOffset,
      segment: this.active.baseOffset,
      position: this.active.sizeBytes,
      maxTimestamp: this.active.maxTimestamp,
      cleanedOffset: this.cleanedOffset,
      producers: this.producers.snapshot(),
      aborted: this.aborted,
    };
    writeCheckpoint(this.directory, checkpoint);
    this.uncheckedBytes = 0;
    this.changed = false;
  }

  /** Saves a checkpoint if anything changed since the last one, once the disk has what it covers. */
  async checkpointIfChanged(): Promise<void> {
    if (!this.changed) return;
    await this.flush();
    if (!this.closed) this.checkpoint();
  }

  private segmentOf(offset: number): number {
    return Math.max(
      0,
      lastIndex(this.segments, (segment) => segment.baseOffset <= offset),
    );
  }

  /**
   * Whole batches from the one that holds `offset` on, up to `limit` and about `maxBytes`; with `atLeastOne` the first
   * batch comes even if it is larger. Empty when there is nothing below the limit.
   */
  read(offset: number, limit: number, options: { maxBytes: number; atLeastOne: boolean }): Buffer {
    for (let i = this.segmentOf(offset); i < this.segments.length; i++) {
      const segment = this.segments[i] as Segment;
      if (segment.baseOffset >= limit) break;
      const found = readFrom(segment, offset, { ...options, limit });
      if (found) return found;
    }
    return Buffer.alloc(0);
  }

  /** Aborted transactions that reach into `[from, to)`. */
  abortedBetween(from: number, to: number): AbortedTransaction[] {
    const first = lastIndex(this.aborted, (transaction) => transaction.lastOffset < from) + 1;
    return this.aborted.slice(first).filter((transaction) => transaction.firstOffset < to);
  }

  /** Drops the oldest segments, which must not be the active one. */
  dropSegments(count: number): void {
    for (const segment of this.segments.splice(0, count)) segment.remove();
    this.aborted = this.aborted.filter((transaction) => transaction.lastOffset >= this.startOffset);
    this.checkpoint();
  }

  /** Puts a compacted segment in the place of `count` closed ones from `first` on, whose files are gone already. */
  replaceSegments(first: number, count: number, compacted: Segment): void {
    for (const segment of this.segments.splice(first, count, compacted)) segment.release();
  }

  /** Takes note that everything below an offset is compacted; aborted transactions there have no records left. */
  noteCleaned(offset: number): void {
    this.cleanedOffset = offset;
    this.aborted = this.aborted.filter((transaction) => transaction.lastOffset >= offset);
    this.checkpoint();
  }

  /** Closes the files of segments that nobody has used since `before`. */
  releaseIdle(before: number): void {
    for (const segment of this.segments)
      if (segment !== this.active && segment.lastUsed < before) segment.release();
  }

  /** Saves a checkpoint and closes all files. */
  async close(options: { discard?: boolean } = {}): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.syncing?.catch(() => undefined);
    if (!options.discard && this.changed) this.checkpoint();
    for (const segment of this.segments) segment.release();
    this.wake();
    this.waiters.clear();
  }
}

function readFrom(
  segment: Segment,
  offset: number,
  options: { limit: number; maxBytes: number; atLeastOne: boolean },
): Buffer | undefined {
  const position = segment.floorOfOffset(offset);
  let buffer = segment.read(position, options.maxBytes + LOOKUP_SLACK_BYTES);
  let base = position;
  let at = 0;
  while (base + at < segment.sizeBytes) {
    if (at + BATCH_HEADER_BYTES > buffer.length) {
      base += at;
      buffer = segment.read(base, options.maxBytes + LOOKUP_SLACK_BYTES);
      at = 0;
      if (buffer.length < BATCH_HEADER_BYTES) return undefined;
    }
    if (batchLastOffset(buffer, at) >= offset) return takeBatches(segment, { buffer, at, base }, options);
    at += batchSize(buffer, at);
  }
  return undefined;
}

function takeBatches(
  segment: Segment,
  from: { buffer: Buffer; at: number; base: number },
  options: { limit: number; maxBytes: number; atLeastOne: boolean },
): Buffer {
  let { buffer, at: start } = from;
  if (readInt64(buffer, start) >= options.limit) return Buffer.alloc(0);
  const first = batchSize(buffer, start);
  if (first > options.maxBytes) {
    return options.atLeastOne ? segment.read(from.base + start, first) : Buffer.alloc(0);
  }
  const wanted = Math.min(options.maxBytes, segment.sizeBytes - from.base - start);
  if (buffer.length - start < wanted) {
    buffer = segment.read(from.base + start, wanted);
    start = 0;
  }
  let end = start;
  while (end + BATCH_HEADER_BYTES <= buffer.length) {
    const size = batchSize(buffer, end);
    if (end + size - start > options.maxBytes || end + size > buffer.length) break;
    if (readInt64(buffer, end) >= options.limit) break;
    end += size;
  }
  return buffer.subarray(start, end);
}
