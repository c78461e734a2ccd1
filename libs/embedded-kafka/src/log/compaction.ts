import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compressions } from './decompress.ts';
import type { PartitionLog } from './partition-log.ts';
import { buildBatch } from './record-batch.ts';
import type { BatchHeader } from './record-batch.ts';
import { encodeRecords, readRecords } from './records.ts';
import type { BatchRecord } from './records.ts';
import { installSwap } from './recovery.ts';
import { Segment } from './segment.ts';
import type { TopicSettings } from '../topics/topic-config.ts';

/** Most keys that one pass remembers; what they do not cover waits for the next pass. */
const MAX_KEYS = 500_000;
/** Bytes after which other work gets its turn. */
const SLICE_BYTES = 1 << 20;
const TRANSACTIONAL = 0x10;
/** In a thread of its own: a disk may take seconds, and everybody would wait. */
const datasync = promisify(fs.fdatasync);

interface Pass {
  readonly log: PartitionLog;
  readonly settings: TopicSettings;
  /** Offset of the newest record of each key. */
  readonly newest: Map<string, number>;
  readonly now: number;
  readonly isStopped: () => boolean;
}

/**
 * Compacts the closed segments of a log once enough of it is new: of each key the newest record stays, a tombstone until
 * its time is over. Records of aborted transactions go, and so do, later, the markers of transactions. It works on copies
 * and lets other work in between; a crash leaves either the old segments or the new ones.
 */
export async function compactLog(
  log: PartitionLog,
  options: { now: number; isStopped: () => boolean },
): Promise<void> {
  const { settings } = log;
  if (!settings.compact) return;
  const closed = cleanable(log, options.now);
  const sizeOf = (segments: readonly Segment[]) =>
    segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  const dirty = closed.filter((segment) => segment.baseOffset >= log.cleanedOffset);
  if (sizeOf(dirty) === 0 || sizeOf(dirty) < settings.minCleanableDirtyRatio * sizeOf(closed)) return;

  const pass: Pass = { log, settings, newest: new Map(), ...options };
  try {
    const covered = await readKeys(pass, dirty);
    const end = closed.findIndex((segment) => segment.baseOffset >= covered);
    const segments = end < 0 ? closed : closed.slice(0, end);
    for (const group of groupSegments(segments, settings.segmentBytes)) {
      await rewrite(pass, group, endOf(log, group.at(-1) as Segment));
    }
    log.noteCleaned(covered);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
}

/** The broker stops, or the log is gone: compaction ends in between. */
class Stopped extends Error {}

/** The batches of a segment, with turns for other work in between. */
async function* batchesOf(pass: Pass, segment: Segment) {
  let slice = 0;
  for (const batch of segment.scan(0)) {
    yield batch;
    slice += batch.header.sizeBytes;
    if (slice < SLICE_BYTES) continue;
    slice = 0;
    await nextTurn();
    if (pass.isStopped() || pass.log.closed) throw new Stopped();
  }
}

/** Offset at which the segment after a closed one begins. */
function endOf(log: PartitionLog, segment: Segment): number {
  return (log.segments[log.segments.indexOf(segment) + 1] as Segment).baseOffset;
}

/** Closed segments in which everything is decided and old enough. */
function cleanable(log: PartitionLog, now: number): Segment[] {
  const decided = log.producers.firstOpenOffset() ?? log.highWatermark;
  const before = now - log.settings.minCompactionLagMs;
  const end = log.segments.findIndex((segment, i) => {
    const next = log.segments[i + 1];
    return !next || next.baseOffset > decided || segment.newestTimestamp() > before;
  });
  return log.segments.slice(0, end);
}

/** Gathers the newest offset of each key; returns the offset up to which it got. */
async function readKeys(pass: Pass, dirty: readonly Segment[]): Promise<number> {
  for (const [i, segment] of dirty.entries()) {
    if (i > 0 && pass.newest.size >= MAX_KEYS) return segment.baseOffset;
    for await (const { header, buffer, at } of batchesOf(pass, segment)) {
      for (const { key, offset } of recordsOf(pass, header, buffer, at) ?? []) {
        if (key) pass.newest.set(key.toString('latin1'), offset);
      }
    }
  }
  return endOf(pass.log, dirty.at(-1) as Segment);
}

/** The records of a batch; none for a marker or an aborted transaction, undefined when it cannot be unpacked. */
function recordsOf(pass: Pass, header: BatchHeader, buffer: Buffer, at: number): BatchRecord[] | undefined {
  if (header.isControl || isAborted(pass.log, header)) return [];
  try {
    return readRecords(header, buffer, at);
  } catch {
    return undefined; // A batch that its producer packed wrongly is no one's to repair: it stays as it is.
  }
}

function isAborted(log: PartitionLog, header: BatchHeader): boolean {
  if (!header.isTransactional) return false;
  const aborted = log.abortedBetween(header.baseOffset, header.lastOffset + 1);
  return aborted.some(({ producerId }) => producerId === header.producerId);
}

/** Neighbours that together fit into one segment. */
function groupSegments(segments: readonly Segment[], segmentBytes: number): Segment[][] {
  const groups: Segment[][] = [];
  let size = 0;
  for (const segment of segments) {
    const group = groups.at(-1);
    const span = segment.baseOffset - (group?.[0]?.baseOffset ?? 0);
    if (group && size + segment.sizeBytes <= segmentBytes && span < 0x7fff_0000) {
      group.push(segment);
      size += segment.sizeBytes;
    } else {
      groups.push([segment]);
      size = segment.sizeBytes;
    }
  }
  return groups;
}

/** Writes what stays of a group of segments to one new segment. What it leaves when it is stopped, the next start removes. */
async function rewrite(pass: Pass, group: readonly Segment[], endOffset: number): Promise<void> {
  const { log } = pass;
  const base = (group[0] as Segment).baseOffset;
  const temporary = path.join(log.directory, `${base}.cleaned`);
  const fd = fs.openSync(temporary, 'w', 0o644);
  let sizeBytes = 0;
  try {
    for (const segment of group) {
      for await (const { header, buffer, at } of batchesOf(pass, segment)) {
        const kept = keep(pass, header, { buffer, at });
        if (kept) sizeBytes += fs.writeSync(fd, kept);
      }
    }
    await datasync(fd);
  } finally {
    fs.closeSync(fd);
  }
  const first = log.segments.indexOf(group[0] as Segment);
  if (first < 0 || pass.isStopped() || log.closed) throw new Stopped();
  const swap = `${base}-${endOffset}.swap`;
  fs.renameSync(temporary, path.join(log.directory, swap));
  installSwap(log.directory, swap, base, endOffset);
  log.replaceSegments(first, group.length, new Segment(log.directory, base, sizeBytes));
}

/** What stays of a batch, or undefined. */
function keep(pass: Pass, header: BatchHeader, from: { buffer: Buffer; at: number }): Buffer | undefined {
  const isPastHorizon =
    header.lastOffset < pass.log.cleanedOffset &&
    header.maxTimestamp < pass.now - pass.settings.deleteRetentionMs;
  const whole = from.buffer.subarray(from.at, from.at + header.sizeBytes);
  if (header.isControl) return isPastHorizon ? undefined : whole;
  const records = recordsOf(pass, header, from.buffer, from.at);
  if (!records) return whole;
  const kept = records.filter(({ key, value, offset }) => {
    if (key === null || (value === null && isPastHorizon)) return false;
    return offset >= (pass.newest.get(key.toString('latin1')) ?? -1);
  });
  if (kept.length === 0) return undefined;
  return kept.length === records.length && !header.isTransactional ? whole : rebuild(header, kept);
}

/**
 * A batch of fewer records that keeps its offsets, times and producer. It is no longer marked as part of a transaction:
 * that one is decided, and its marker will go.
 */
function rebuild(header: BatchHeader, kept: readonly BatchRecord[]): Buffer {
  const records = encodeRecords(kept, { offset: header.baseOffset, timestamp: header.baseTimestamp });
  const packed = repack(records, header.compression);
  const attributes = (header.attributes & ~TRANSACTIONAL & ~0x07) | packed.compression;
  const lastOffsetDelta = header.lastOffset - header.baseOffset;
  const maxTimestamp = (header.attributes & 0x08) !== 0 ? header.maxTimestamp : newest(kept);
  return buildBatch(
    { ...header, attributes, lastOffsetDelta, maxTimestamp, recordCount: kept.length },
    packed.records,
  );
}

function newest(records: readonly BatchRecord[]): number {
  return records.reduce((max, { timestamp }) => Math.max(max, timestamp), -1);
}

/** Packs records again, as long as Node knows how; else they stay unpacked. */
function repack(records: Buffer, compression: number): { records: Buffer; compression: number } {
  if (compression === compressions.gzip) return { records: zlib.gzipSync(records), compression };
  if (compression === compressions.zstd) return { records: zlib.zstdCompressSync(records), compression };
  return { records, compression: compressions.none };
}
