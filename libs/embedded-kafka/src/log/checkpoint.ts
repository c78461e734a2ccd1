import fs from 'node:fs';
import path from 'node:path';
import { readInt64, writeInt64 } from '../protocol/wire.ts';
import type { AbortedTransaction, ProducerEntry } from './producer-state.ts';
import { segmentFile } from './segment.ts';
import type { Segment } from './segment.ts';

/** What a partition remembers beside its segments, so that a start reads only what came after. */
export interface Checkpoint {
  /** Offset after the last record that this checkpoint covers. */
  readonly endOffset: number;
  /** Base offset of the segment that was active, and its size then. */
  readonly segment: number;
  readonly position: number;
  readonly maxTimestamp: number;
  /** Records below this offset have been compacted. */
  readonly cleanedOffset: number;
  readonly producers: readonly ProducerEntry[];
}

const FILE = 'checkpoint.json';

/** Replaces a partition's checkpoint in one step; with `flush` it is on the disk. */
export function writeCheckpoint(
  directory: string,
  checkpoint: Checkpoint,
  options: { flush: boolean },
): void {
  const temporary = path.join(directory, `${FILE}.tmp`);
  fs.writeFileSync(temporary, JSON.stringify(checkpoint), options);
  fs.renameSync(temporary, path.join(directory, FILE));
}

/** Reads a partition's checkpoint; undefined when there is none, or none that can be read. */
export function readCheckpoint(directory: string): Checkpoint | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(directory, FILE), 'utf8')) as Checkpoint;
  } catch {
    return undefined; // The log itself holds everything; without a checkpoint all of it is read.
  }
}

const ABORTED_BYTES = 24;

/** Adds a transaction to the list of aborted ones that belongs to a segment; a checkpoint may then rely on it. */
export function appendAborted(
  segment: Segment,
  transaction: AbortedTransaction,
  options: { flush: boolean },
): void {
  const { directory, baseOffset } = segment;
  const bytes = Buffer.allocUnsafe(ABORTED_BYTES);
  writeInt64(bytes, transaction.producerId, 0);
  writeInt64(bytes, transaction.firstOffset, 8);
  writeInt64(bytes, transaction.lastOffset, 16);
  fs.appendFileSync(segmentFile(directory, baseOffset, 'aborted'), bytes, options);
}

/** The aborted transactions of a segment whose marker lies below `limit`; the file is cut to them. */
export function loadAborted(directory: string, segment: number, limit: number): AbortedTransaction[] {
  const file = segmentFile(directory, segment, 'aborted');
  if (!fs.existsSync(file)) return [];
  const bytes = fs.readFileSync(file);
  const found: AbortedTransaction[] = [];
  for (let at = 0; at + ABORTED_BYTES <= bytes.length; at += ABORTED_BYTES) {
    const lastOffset = readInt64(bytes, at + 16);
    if (lastOffset >= limit) break;
    found.push({ producerId: readInt64(bytes, at), firstOffset: readInt64(bytes, at + 8), lastOffset });
  }
  if (found.length * ABORTED_BYTES !== bytes.length) fs.truncateSync(file, found.length * ABORTED_BYTES);
  return found;
}
