import type { PartitionLog } from './partition-log.ts';
import { readRecords } from './records.ts';
import type { BatchHeader } from './record-batch.ts';

const NOTHING = { timestamp: -1, offset: -1 };

/** The first record at or after a time, below `limit`; -1 for both when there is none. */
export function findTimestamp(
  log: PartitionLog,
  timestamp: number,
  options: { limit: number },
): { timestamp: number; offset: number } {
  for (const segment of log.segments) {
    if (segment.newestTimestamp() < timestamp) continue;
    for (const { header, buffer, at } of segment.scan(segment.floorOfTimestamp(timestamp))) {
      if (header.baseOffset >= options.limit) return NOTHING;
      if (header.maxTimestamp < timestamp || header.isControl) continue;
      const found = recordsOf(header, buffer, at).find((record) => record.timestamp >= timestamp);
      if (found && found.offset < options.limit) return { timestamp: found.timestamp, offset: found.offset };
    }
  }
  return NOTHING;
}

/** The newest record below `limit`, the first of several with one timestamp. */
export function newestTimestamp(log: PartitionLog, limit: number): { timestamp: number; offset: number } {
  const newest = Math.max(...log.segments.map((segment) => segment.newestTimestamp()));
  return newest < 0 ? NOTHING : findTimestamp(log, newest, { limit });
}

/** In a batch of log append time every record has the batch's time. */
function recordsOf(header: BatchHeader, buffer: Buffer, at: number): { timestamp: number; offset: number }[] {
  const isAppendTime = (header.attributes & 0x08) !== 0;
  if (isAppendTime) return [{ timestamp: header.maxTimestamp, offset: header.baseOffset }];
  return readRecords(header, buffer, at);
}
