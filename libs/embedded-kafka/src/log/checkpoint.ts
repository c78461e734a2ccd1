import fs from 'node:fs';
import path from 'node:path';
import type { AbortedTransaction, ProducerEntry } from './producer-state.ts';

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
  /** Transactions that were aborted below `endOffset` and may still have records. */
  readonly aborted: readonly AbortedTransaction[];
}

const FILE = 'checkpoint.json';

/** Replaces a partition's checkpoint in one step. One that a power cut leaves half written cannot be read, which does no harm. */
export function writeCheckpoint(directory: string, checkpoint: Checkpoint): void {
  const temporary = path.join(directory, `${FILE}.tmp`);
  fs.writeFileSync(temporary, JSON.stringify(checkpoint));
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
