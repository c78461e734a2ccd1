import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildTestBatch } from '../../test/build-test-batch.ts';
import { compactLog } from './compaction.ts';
import { PartitionLog } from './partition-log.ts';
import type { TopicSettings } from '../topics/topic-config.ts';
import { batchSize, readBatchHeader } from './record-batch.ts';
import { readRecords } from './records.ts';
import { applyRetention } from './retention.ts';
import { findTimestamp } from './time-lookup.ts';

const HOUR_MS = 3_600_000;
let directory: string;
let warnings: string[];
let opened: PartitionLog[];

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'partition-log-'));
  warnings = [];
  opened = [];
});

afterEach(async () => {
  for (const log of opened) await log.close({ discard: true });
  fs.rmSync(directory, { recursive: true });
});

function openLog(settings: Partial<TopicSettings> = {}): PartitionLog {
  const all: TopicSettings = {
    segmentBytes: 1 << 30,
    segmentMs: HOUR_MS,
    retentionMs: -1,
    retentionBytes: -1,
    compact: false,
    deleteOld: true,
    deleteRetentionMs: HOUR_MS,
    minCleanableDirtyRatio: 0,
    minCompactionLagMs: 0,
    maxMessageBytes: 1 << 20,
    maxTimestampAheadMs: HOUR_MS,
    appendTime: false,
    ...settings,
  };
  const log = new PartitionLog(directory, {
    fsync: false,
    settings: () => all,
    warn: (line) => warnings.push(line),
  });
  opened.push(log);
  return log;
}

/** Opens the files as they are, as after kill -9: the old log is left without being closed. */
function reopenLog(settings: Partial<TopicSettings> = {}): PartitionLog {
  return openLog(settings);
}

function everything(log: PartitionLog, from = log.startOffset) {
  const found: { offset: number; key: string | undefined; value: string | undefined }[] = [];
  for (let offset = from; offset < log.endOffset;) {
    const bytes = log.read(offset, log.highWatermark, { maxBytes: 300, atLeastOne: true });
    if (bytes.length === 0) break;
    for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
      const header = readBatchHeader(bytes, at);
      offset = header.lastOffset + 1;
      if (header.isControl) continue;
      for (const record of readRecords(header, bytes, at)) {
        found.push({ offset: record.offset, key: record.key?.toString(), value: record.value?.toString() });
      }
    }
  }
  return found;
}

function appendMany(log: PartitionLog, count: number, keyOf = (i: number) => `key ${i}`) {
  for (let i = 0; i < count; i++) {
    log.append(buildTestBatch({ records: [{ key: keyOf(i), value: `value ${i}` }], timestamp: 1000 + i }));
  }
}

const values = (log: PartitionLog) => everything(log).map(({ value }) => value);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `value ${from + i}`);

describe('a partition log', () => {
  it('serves what was appended, over many segments, from any offset', () => {
    const log = openLog({ segmentBytes: 1000 });
    appendMany(log, 200);
    expect(log.segments.length).toBeGreaterThan(10);
    expect(values(log)).toEqual(range(0, 200));
    for (const offset of [0, 1, 57, 199]) expect(everything(log, offset)[0]?.offset).toBe(offset);
    expect(log.read(200, 200, { maxBytes: 1000, atLeastOne: true })).toHaveLength(0);
  });

  it('serves nothing at or beyond the limit, and a first batch larger than asked only if it must', () => {
    const log = openLog();
    appendMany(log, 3);
    const bytes = log.read(0, 2, { maxBytes: 10_000, atLeastOne: true });
    expect(readBatchHeader(bytes, batchSize(bytes, 0)).baseOffset).toBe(1);
    expect(bytes.length).toBe(2 * batchSize(bytes, 0));
    expect(log.read(0, 3, { maxBytes: 10, atLeastOne: false })).toHaveLength(0);
    expect(log.read(0, 3, { maxBytes: 10, atLeastOne: true })).toHaveLength(batchSize(bytes, 0));
  });

  it('is the same after being closed and opened, and after kill -9', async () => {
    const log = openLog({ segmentBytes: 1000 });
    appendMany(log, 50);
    await log.close();
    const second = reopenLog({ segmentBytes: 1000 });
    expect(values(second)).toEqual(range(0, 50));
    second.append(buildTestBatch({ records: [{ key: 'k', value: 'value 50' }] }));
    expect(values(reopenLog({ segmentBytes: 1000 }))).toEqual(range(0, 51));
    expect(warnings).toEqual([]);
  });

  it('finds its way without index and checkpoint', async () => {
    const log = openLog({ segmentBytes: 20_000 });
    appendMany(log, 1000);
    await log.close();
    for (const file of fs.readdirSync(directory)) {
      if (!file.endsWith('.log')) fs.rmSync(path.join(directory, file));
    }
    const second = reopenLog({ segmentBytes: 20_000 });
    expect(values(second)).toEqual(range(0, 1000));
    expect(findTimestamp(second, 1500, { limit: 1000 })).toEqual({ timestamp: 1500, offset: 500 });
  });

  it.each([
    ['a batch cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
    [
      'a damaged batch',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]),
    ],
    ['zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
    ['a few bytes', (bytes: Buffer) => bytes.subarray(0, 7)],
  ])('cuts off %s at its end, and goes on from there', (_, damage) => {
    const log = openLog();
    appendMany(log, 3);
    const last = buildTestBatch({ records: [{ key: 'torn', value: 'torn' }] });
    last.writeInt32BE(3, 4);
    fs.appendFileSync(log.active.file, damage(last));
    const second = reopenLog();
    expect(second.endOffset).toBe(3);
    expect(warnings).toHaveLength(1);
    second.append(buildTestBatch({ records: [{ key: 'k', value: 'value 3' }] }));
    expect(values(reopenLog())).toEqual(range(0, 4));
  });

  it('finds offsets by time', () => {
    const log = openLog({ segmentBytes: 5000 });
    appendMany(log, 300);
    expect(findTimestamp(log, 1123, { limit: 300 })).toEqual({ timestamp: 1123, offset: 123 });
    expect(findTimestamp(log, 5, { limit: 300 })).toEqual({ timestamp: 1000, offset: 0 });
    expect(findTimestamp(log, 2000, { limit: 300 })).toEqual({ timestamp: -1, offset: -1 });
  });

  it('takes nothing when the disk is full', () => {
    fs.symlinkSync('/dev/full', path.join(directory, `${'0'.repeat(20)}.log`));
    const log = openLog();
    expect(() => log.append(buildTestBatch())).toThrow('ENOSPC');
    expect([log.endOffset, log.sizeBytes]).toEqual([0, 0]);
  });
});

describe('retention', () => {
  it('drops segments past their time, the active one too', () => {
    const log = openLog({ segmentBytes: 1000, retentionMs: HOUR_MS });
    appendMany(log, 50);
    applyRetention(log, Date.now());
    expect(log.startOffset).toBe(50);
    expect(log.sizeBytes).toBe(0);
    log.append(buildTestBatch({ records: [{ key: 'k', value: 'new' }] }));
    applyRetention(log, Date.now());
    expect(values(reopenLog({ segmentBytes: 1000 }))).toEqual(['new']);
  });

  it('keeps no more than the size, in whole segments', () => {
    const log = openLog({ segmentBytes: 1000, retentionBytes: 3000 });
    appendMany(log, 100);
    applyRetention(log, Date.now());
    expect(log.sizeBytes).toBeGreaterThanOrEqual(3000);
    expect(log.sizeBytes).toBeLessThan(4000);
    expect(everything(log)[0]?.offset).toBe(log.startOffset);
  });
});

const compacting = { segmentBytes: 1000, compact: true, deleteOld: false };
const compact = (log: PartitionLog, now = Date.now()) => compactLog(log, { now, isStopped: () => false });

describe('compaction', () => {
  it('keeps the newest record of each key, its offset included, over restarts', async () => {
    const log = openLog(compacting);
    appendMany(log, 200, (i) => `key ${i % 7}`);
    const activeFrom = log.active.baseOffset;
    const before = log.sizeBytes;
    await compact(log);
    const found = everything(log);
    expect(found.slice(0, 7).map(({ offset }) => offset)).toEqual(
      range(activeFrom - 7, activeFrom).map((v) => Number(v.slice(6))),
    );
    expect(found.length).toBe(7 + 200 - activeFrom);
    expect(everything(reopenLog(compacting))).toEqual(found);
    expect(log.sizeBytes).toBeLessThan(before / 8);
  });

  it('keeps a tombstone until its time is over', async () => {
    const log = openLog({ ...compacting, deleteRetentionMs: 0 });
    log.append(buildTestBatch({ records: [{ key: 'gone', value: 'x' }], timestamp: 1 }));
    log.append(buildTestBatch({ records: [{ key: 'gone', value: null }], timestamp: 2 }));
    log.roll();
    await compact(log);
    expect(everything(log)).toEqual([{ offset: 1, key: 'gone', value: undefined }]);
    log.append(buildTestBatch({ records: [{ key: 'other', value: 'y' }], timestamp: 3 }));
    log.roll();
    await compact(log);
    expect(everything(log)).toEqual([{ offset: 2, key: 'other', value: 'y' }]);
  });

  it('drops the records of aborted transactions, and keeps those of committed ones readable without their markers', async () => {
    const log = openLog({ ...compacting, deleteRetentionMs: 0 });
    const write = (key: string, producerId: number) =>
      log.append(
        buildTestBatch({
          records: [{ key, value: key }],
          producerId,
          producerEpoch: 0,
          baseSequence: 0,
          transactional: true,
        }),
      );
    write('committed', 1);
    log.appendMarker({ producerId: 1, producerEpoch: 0, committed: true });
    write('aborted', 2);
    log.appendMarker({ producerId: 2, producerEpoch: 0, committed: false });
    log.roll();
    await compact(log);
    expect(everything(log).map(({ key }) => key)).toEqual(['committed']);
    expect(log.abortedBetween(0, 100)).toEqual([]);
    fs.rmSync(path.join(directory, 'checkpoint.json'));
    const second = reopenLog(compacting);
    expect(second.lastStableOffset).toBe(second.endOffset);
  });

  it('leaves an open transaction and what came after it alone', async () => {
    const log = openLog(compacting);
    log.append(
      buildTestBatch({
        records: [{ key: 'k', value: 'open' }],
        producerId: 1,
        producerEpoch: 0,
        baseSequence: 0,
        transactional: true,
      }),
    );
    log.append(buildTestBatch({ records: [{ key: 'k', value: 'later' }] }));
    log.roll();
    await compact(log);
    expect(everything(log)).toHaveLength(2);
  });

  it('is completed at the next start when it was cut short', async () => {
    const log = openLog(compacting);
    appendMany(log, 60, (i) => `key ${i % 3}`);
    await log.close();
    const [first, second] = log.segments;
    const end = log.segments[2]?.baseOffset ?? 0;
    fs.copyFileSync(second!.file, path.join(directory, `${first!.baseOffset}-${end}.swap`));
    fs.writeFileSync(path.join(directory, '77.cleaned'), 'rubbish');
    const again = reopenLog(compacting);
    expect(everything(again)[0]?.offset).toBe(second!.baseOffset);
    expect(everything(again).at(-1)?.offset).toBe(59);
    expect(fs.readdirSync(directory).filter((file) => /swap|cleaned/.test(file))).toEqual([]);
  });
});

describe('producers', () => {
  const batch = (baseSequence: number, options: { epoch?: number; transactional?: boolean } = {}) =>
    buildTestBatch({
      producerId: 9,
      producerEpoch: options.epoch ?? 0,
      baseSequence,
      transactional: options.transactional ?? false,
    });
  const check = (log: PartitionLog, bytes: Buffer) => log.check(readBatchHeader(bytes));

  it('are held to their sequence, and told of a repeated batch, over restarts', () => {
    let log = openLog();
    for (let i = 0; i < 8; i++) log.append(batch(i));
    for (let round = 0; round < 2; round++) {
      expect(check(log, batch(8))).toEqual({ outcome: 'append' });
      expect(check(log, batch(5))).toMatchObject({ outcome: 'duplicate', baseOffset: 5 });
      expect(check(log, batch(1))).toEqual({ outcome: 'refused', errorCode: 45 });
      expect(check(log, batch(10))).toEqual({ outcome: 'refused', errorCode: 45 });
      if (round === 0) log.checkpoint();
      log = reopenLog();
    }
  });

  it('begin again at 0 with a new epoch, and are shut out with an old one', () => {
    const log = openLog();
    log.append(batch(0, { epoch: 3 }));
    expect(check(log, batch(1, { epoch: 2 }))).toEqual({ outcome: 'refused', errorCode: 47 });
    expect(check(log, batch(1, { epoch: 4 }))).toEqual({ outcome: 'refused', errorCode: 45 });
    expect(check(log, batch(0, { epoch: 4 }))).toEqual({ outcome: 'append' });
  });

  it('hold back the last stable offset until their transaction ends, over kill -9', () => {
    const log = openLog();
    appendMany(log, 2);
    log.append(batch(0, { transactional: true }));
    appendMany(log, 1);
    const second = reopenLog();
    expect([second.lastStableOffset, second.highWatermark]).toEqual([2, 4]);
    second.appendMarker({ producerId: 9, producerEpoch: 0, committed: false });
    const third = reopenLog();
    expect(third.lastStableOffset).toBe(5);
    expect(third.abortedBetween(0, 10)).toEqual([{ producerId: 9, firstOffset: 2, lastOffset: 4 }]);
    expect(third.abortedBetween(5, 10)).toEqual([]);
  });

  it('stay aborted over kill -9 again and again, whatever checkpoint lies between', () => {
    let log = openLog({ segmentBytes: 500 });
    for (let round = 0; round < 6; round++) {
      const producer = { producerId: 9, producerEpoch: round };
      log.append(buildTestBatch({ ...producer, baseSequence: 0, transactional: true }));
      log.appendMarker({ ...producer, committed: false });
      log = reopenLog({ segmentBytes: 500 });
      if (round % 2 === 0) log.checkpoint();
    }
    const aborted = Array.from({ length: 6 }, (_, round) => ({
      producerId: 9,
      firstOffset: 2 * round,
      lastOffset: 2 * round + 1,
    }));
    expect(log.abortedBetween(0, 100)).toEqual(aborted);
    expect(reopenLog({ segmentBytes: 500 }).abortedBetween(0, 100)).toEqual(aborted);
  });

  it('wrap their sequence after 2^31 - 1', () => {
    const log = openLog();
    log.append(batch(0x7fff_ffff));
    expect(check(log, batch(0))).toEqual({ outcome: 'append' });
  });
});
