import fs from 'node:fs';
import path from 'node:path';
import { readInt64, writeInt64 } from '../protocol/wire.ts';
import { borrowBuffer } from './read-buffers.ts';
import { BATCH_HEADER_BYTES, batchSize, readBatchHeader } from './record-batch.ts';
import type { BatchHeader } from './record-batch.ts';

/** Bytes of log between two entries of the index. */
const INDEX_INTERVAL_BYTES = 4096;
const INDEX_ENTRY_BYTES = 16;
const SCAN_BYTES = 1 << 20;

/** File name of a segment: its base offset in twenty digits, as Apache Kafka names it. */
export function segmentFile(directory: string, baseOffset: number, extension: string): string {
  return path.join(directory, `${String(baseOffset).padStart(20, '0')}.${extension}`);
}

/**
 * One file of a partition's log with its sparse index of offsets and times.
 *
 * An index entry says: at `position` begins a batch of `offset`, and nothing before it in this segment is newer than
 * `maxTimestamp`. A closed segment's index ends with an entry for its end, which also proves it complete.
 */
export class Segment {
  readonly directory: string;
  readonly baseOffset: number;
  sizeBytes: number;
  maxTimestamp = -1;
  /** Wall clock of the last use, for closing idle handles. */
  lastUsed = Date.now();
  private fd: number | undefined;
  private offsets: number[] = [];
  private positions: number[] = [];
  private timestamps: number[] = [];
  private loaded = false;
  private persisted = 0;
  private lastIndexed = 0;

  constructor(directory: string, baseOffset: number, sizeBytes: number) {
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.sizeBytes = sizeBytes;
  }

  get file(): string {
    return segmentFile(this.directory, this.baseOffset, 'log');
  }

  get indexFile(): string {
    return segmentFile(this.directory, this.baseOffset, 'index');
  }

  /** The open file; opened on first use. */
  handle(): number {
    this.lastUsed = Date.now();
    this.fd ??= fs.openSync(this.file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
    return this.fd;
  }

  /** Closes the file and forgets the index, both of which come back on the next use. */
  release(): void {
    if (this.fd !== undefined) fs.closeSync(this.fd);
    this.fd = undefined;
    if (this.persisted === this.offsets.length) this.forgetIndex();
  }

  private forgetIndex(): void {
    this.loaded = false;
    this.offsets = [];
    this.positions = [];
    this.timestamps = [];
    this.persisted = 0;
  }

  /** Starts with an empty index, for a new segment or one that is about to be scanned from its beginning. */
  resetIndex(): void {
    this.forgetIndex();
    this.loaded = true;
    this.lastIndexed = 0;
    this.maxTimestamp = -1;
    fs.rmSync(this.indexFile, { force: true });
  }

  /** Writes a batch at the end, wholly or not at all. */
  write(batch: Buffer, header: BatchHeader): void {
    writeAtEnd(this.handle(), batch, this.sizeBytes);
    this.note(header, this.sizeBytes);
    this.sizeBytes += batch.length;
  }

  /** Takes a batch that is in the file into the index. */
  note(header: BatchHeader, position: number): void {
    if (position - this.lastIndexed >= INDEX_INTERVAL_BYTES) {
      this.addEntry(header.baseOffset, position);
    }
    if (header.maxTimestamp > this.maxTimestamp) this.maxTimestamp = header.maxTimestamp;
  }

  private addEntry(offset: number, position: number): void {
    this.offsets.push(offset);
    this.positions.push(position);
    this.timestamps.push(this.maxTimestamp);
    this.lastIndexed = position;
  }

  /** Appends the entries that are not yet on disk to the index file. */
  persistIndex(): void {
    const count = this.offsets.length - this.persisted;
    if (!this.loaded || count <= 0) return;
    const bytes = Buffer.allocUnsafe(count * INDEX_ENTRY_BYTES);
    for (let i = 0; i < count; i++) {
      const at = this.persisted + i;
      bytes.writeUInt32BE((this.offsets[at] as number) - this.baseOffset, i * INDEX_ENTRY_BYTES);
      bytes.writeUInt32BE(this.positions[at] as number, i * INDEX_ENTRY_BYTES + 4);
      writeInt64(bytes, this.timestamps[at] as number, i * INDEX_ENTRY_BYTES + 8);
    }
    fs.appendFileSync(this.indexFile, bytes);
    this.persisted = this.offsets.length;
  }

  /** Ends the segment: its index gets its closing entry and goes to disk. */
  seal(endOffset: number): void {
    this.addEntry(endOffset, this.sizeBytes);
    this.persistIndex();
  }

  /** Loads the entries of the index file below `limit` bytes of log. */
  loadIndex(limit: number): void {
    this.forgetIndex();
    this.loaded = true;
    this.lastIndexed = 0;
    const bytes = fs.existsSync(this.indexFile) ? fs.readFileSync(this.indexFile) : Buffer.alloc(0);
    for (let at = 0; at + INDEX_ENTRY_BYTES <= bytes.length; at += INDEX_ENTRY_BYTES) {
      const position = bytes.readUInt32BE(at + 4);
      if (position > limit || (this.positions.length > 0 && position <= this.lastIndexed)) break;
      this.offsets.push(this.baseOffset + bytes.readUInt32BE(at));
      this.positions.push(position);
      this.timestamps.push(readInt64(bytes, at + 8));
      this.lastIndexed = position;
    }
    this.persisted = this.offsets.length;
    if (bytes.length !== this.persisted * INDEX_ENTRY_BYTES) {
      fs.truncateSync(this.indexFile, this.persisted * INDEX_ENTRY_BYTES);
    }
    this.maxTimestamp = this.timestamps.at(-1) ?? -1;
  }

  /** Makes sure that a closed segment's index is in memory and complete, scanning the file if it is not. */
  private ensureIndex(): void {
    if (this.loaded) return;
    this.loadIndex(this.sizeBytes);
    if (this.positions.at(-1) === this.sizeBytes) return;
    this.resetIndex();
    let endOffset = this.baseOffset;
    for (const { header, position } of this.scan(0)) {
      this.note(header, position);
      endOffset = header.lastOffset + 1;
    }
    this.seal(endOffset);
  }

  /** Newest timestamp of a closed segment. */
  newestTimestamp(): number {
    this.ensureIndex();
    return this.maxTimestamp;
  }

  /** Position at or before the batch that holds `offset`. */
  floorOfOffset(offset: number): number {
    this.ensureIndex();
    const at = lastIndex(this.offsets, (entry) => entry <= offset);
    return at < 0 ? 0 : (this.positions[at] as number);
  }

  /** Position at or before the first batch that may hold a timestamp of `timestamp` or later. */
  floorOfTimestamp(timestamp: number): number {
    this.ensureIndex();
    const at = lastIndex(this.timestamps, (entry) => entry < timestamp);
    return at < 0 ? 0 : (this.positions[at] as number);
  }

  /** Reads up to `sizeBytes` bytes at `position`, into a buffer that may be given back. */
  read(position: number, sizeBytes: number): Buffer {
    const wanted = Math.max(0, Math.min(sizeBytes, this.sizeBytes - position));
    const buffer = borrowBuffer(wanted);
    const fd = this.handle();
    let done = 0;
    while (done < wanted) {
      const count = fs.readSync(fd, buffer, done, wanted - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return buffer.subarray(0, done);
  }

  /** The whole batches from `from` on, in order; it ends at the first thing that is none. Views are valid for one step. */
  *scan(from: number): Generator<{ header: BatchHeader; position: number; buffer: Buffer; at: number }> {
    let position = from;
    let window = this.read(position, SCAN_BYTES);
    let at = 0;
    while (position < this.sizeBytes) {
      if (window.length - at < BATCH_HEADER_BYTES) {
        window = this.read(position, SCAN_BYTES);
        at = 0;
        if (window.length < BATCH_HEADER_BYTES) return;
      }
      const size = batchSize(window, at);
      if (size < BATCH_HEADER_BYTES || position + size > this.sizeBytes) return;
      if (size > window.length - at) {
        window = this.read(position, Math.max(size, SCAN_BYTES));
        at = 0;
      }
      yield { header: readBatchHeader(window, at), position, buffer: window, at };
      position += size;
      at += size;
    }
  }

  /** Cuts the file to `sizeBytes`. */
  truncate(sizeBytes: number): void {
    fs.ftruncateSync(this.handle(), sizeBytes);
    this.sizeBytes = sizeBytes;
  }

  /** Removes the files: their names at once, a log's blocks in the background, since those of a large one take a while. */
  remove(): void {
    this.release();
    fs.rmSync(this.indexFile, { force: true });
    const doomed = `${this.file}.deleted`;
    fs.renameSync(this.file, doomed);
    fs.unlink(doomed, () => undefined); // What is left, the next start removes.
  }
}

/** Index of the last item of an ascending list that fulfils a condition all earlier ones fulfil as well; -1 if none. */
export function lastIndex<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Brings the names of a directory's files to the disk. */
export function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, 'r');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}

/** Writes all of `bytes` at the end of a file of `sizeBytes`. On an error the file is cut back: nothing half written stays. */
export function writeAtEnd(fd: number, bytes: Buffer, sizeBytes: number): void {
  try {
    for (let done = 0; done < bytes.length;) {
      done += fs.writeSync(fd, bytes, done, bytes.length - done, sizeBytes + done);
    }
  } catch (error) {
    cutBack(fd, sizeBytes);
    throw error;
  }
}

/** Takes back what a failed write left. Should that fail as well, the next write goes to the same place, or recovery cuts it. */
export function cutBack(fd: number, sizeBytes: number): void {
  try {
    fs.ftruncateSync(fd, sizeBytes);
  } catch {
    // The error of the write itself is the one to report.
  }
}
