import fs from 'node:fs';
import path from 'node:path';
import { readCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { AbortedTransaction, ProducerState } from './producer-state.ts';
import { hasValidCrc, isAbortMarker } from './record-batch.ts';
import { Segment, segmentFile } from './segment.ts';

/** What is found in a partition's directory. */
export interface Recovered {
  readonly segments: Segment[];
  readonly aborted: AbortedTransaction[];
  readonly endOffset: number;
  readonly cleanedOffset: number;
  /** Bytes cut off because they were no whole, valid batch. */
  readonly cutBytes: number;
  /** Whether anything had to be read beyond the checkpoint, so that a new one spares the next start that. */
  readonly isBeyondCheckpoint: boolean;
}

/**
 * Opens a partition's files. What the checkpoint covers is taken as it is; what came after is read, checked against its
 * checksums and taken into the index and `producers`; the log ends at the first thing that is no valid batch.
 */
export function recoverLog(directory: string, producers: ProducerState): Recovered {
  finishSwaps(directory);
  const segments = listSegments(directory);
  if (segments.length === 0) segments.push(new Segment(directory, 0, 0));
  const checkpoint = usableCheckpoint(directory, segments);
  const first = checkpoint ? segments.findIndex((segment) => segment.baseOffset === checkpoint.segment) : 0;
  producers.restore(checkpoint?.producers ?? []);

  const covered = checkpoint?.endOffset ?? segments[0]?.baseOffset ?? 0;
  const aborted = [...(checkpoint?.aborted ?? [])];
  let endOffset = covered;
  let cutBytes = 0;
  let last = first;
  for (let i = first; i < segments.length && cutBytes === 0; i++) {
    const segment = segments[i] as Segment;
    const from = i === first && checkpoint ? checkpoint.position : 0;
    if (from > 0 && checkpoint) {
      segment.loadIndex(from);
      segment.maxTimestamp = checkpoint.maxTimestamp;
    } else segment.resetIndex();
    if (i > first) endOffset = Math.max(endOffset, segment.baseOffset);
    const scanned = scanTail(segment, from, { endOffset, producers, aborted });
    endOffset = scanned.endOffset;
    cutBytes = scanned.cutBytes;
    last = i;
    if (cutBytes === 0 && i < segments.length - 1) segment.seal(endOffset);
  }
  for (const segment of segments.splice(last + 1)) {
    cutBytes += segment.sizeBytes;
    segment.remove();
  }
  return {
    segments,
    aborted,
    endOffset,
    cleanedOffset: checkpoint?.cleanedOffset ?? 0,
    cutBytes,
    isBeyondCheckpoint: endOffset !== covered || cutBytes > 0,
  };
}

function listSegments(directory: string): Segment[] {
  return fs
    .readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map(
      (name) =>
        new Segment(directory, Number(name.slice(0, -4)), fs.statSync(path.join(directory, name)).size),
    );
}

function usableCheckpoint(directory: string, segments: readonly Segment[]): Checkpoint | undefined {
  const checkpoint = readCheckpoint(directory);
  if (!checkpoint?.aborted) return undefined; // Earlier versions kept this list elsewhere.
  const segment = segments.find((candidate) => candidate.baseOffset === checkpoint.segment);
  return segment && checkpoint.position <= segment.sizeBytes ? checkpoint : undefined;
}

function scanTail(
  segment: Segment,
  from: number,
  state: { endOffset: number; producers: ProducerState; aborted: AbortedTransaction[] },
): { endOffset: number; cutBytes: number } {
  let { endOffset } = state;
  let valid = from;
  const now = Date.now();
  for (const { header, position, buffer, at } of segment.scan(from)) {
    if (header.magic !== 2 || header.baseOffset < endOffset || header.lastOffset < header.baseOffset) break;
    if (!hasValidCrc(buffer, at, header.sizeBytes)) break;
    segment.note(header, position);
    if (!header.isControl) state.producers.noteData(header, now);
    else {
      const transaction = state.producers.noteMarker(header, isAbortMarker(buffer, at), now);
      if (transaction) state.aborted.push(transaction);
    }
    endOffset = header.lastOffset + 1;
    valid = position + header.sizeBytes;
  }
  const cutBytes = segment.sizeBytes - valid;
  if (cutBytes > 0) segment.truncate(valid);
  return { endOffset, cutBytes };
}

/**
 * A finished compaction lies in `<base>-<end>.swap`: it stands for all segments from `base` to before `end`. One that a
 * crash left behind is put in place; unfinished ones are dropped, and so is what was being removed.
 */
export function finishSwaps(directory: string): void {
  for (const name of fs.readdirSync(directory)) {
    const file = path.join(directory, name);
    if (/\.(cleaned|tmp|deleted)$/.test(name)) fs.rmSync(file, { force: true });
    const match = /^(\d+)-(\d+)\.swap$/.exec(name);
    if (match) installSwap(directory, name, Number(match[1]), Number(match[2]));
  }
}

/** Puts a compacted file in the place of the segments it stands for. */
export function installSwap(directory: string, name: string, base: number, end: number): void {
  for (const other of fs.readdirSync(directory)) {
    const match = /^(\d+)\.(log|index)$/.exec(other);
    const offset = Number(match?.[1] ?? -1);
    const isBase = offset === base && match?.[2] === 'log';
    if (match && offset >= base && offset < end && !isBase) fs.rmSync(path.join(directory, other));
  }
  fs.renameSync(path.join(directory, name), segmentFile(directory, base, 'log'));
}
