import type { PartitionLog } from './partition-log.ts';

/**
 * Drops segments that are past their time or beyond the log's size. A log whose newest record is past
 * its time is rolled first, so that it empties.
 */
export function applyRetention(log: PartitionLog, now: number): void {
  const { retentionMs, retentionBytes, deleteOld } = log.settings;
  const isPast = (newest: number) =>
    deleteOld && retentionMs >= 0 && newest >= 0 && newest < now - retentionMs;
  const decided = log.producers.firstOpenOffset() ?? log.highWatermark;
  if (decided === log.endOffset && isPast(log.active.maxTimestamp)) log.roll();
  let excess = deleteOld && retentionBytes >= 0 ? log.sizeBytes - retentionBytes : -1;
  let count = 0;
  for (const [i, segment] of log.segments.slice(0, -1).entries()) {
    const end = log.segments[i + 1]?.baseOffset ?? log.endOffset;
    const isNeeded = end > decided;
    const isSurplus = excess >= segment.sizeBytes;
    if (isNeeded || !(isPast(segment.newestTimestamp()) || isSurplus)) break;
    excess -= segment.sizeBytes;
    count++;
  }
  if (count > 0) log.dropSegments(count);
}
