import type { Handler } from '../broker-context.ts';
import { findTimestamp, newestTimestamp } from '../log/time-lookup.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { errors } from '../protocol/errors.ts';

/** Timestamps with a meaning of their own in ListOffsets. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;

/** Offsets by time, or the ends of the log. */
export const handleListOffsets: Handler<'listOffsets'> = async (context, request) => {
  const isCommittedOnly = request.isolationLevel === 1;
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index, timestamp, currentLeaderEpoch }) => {
        const log = context.topics.partition(name, index);
        if (!log) return { index, errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION };
        if (currentLeaderEpoch > 0) return { index, errorCode: errors.UNKNOWN_LEADER_EPOCH };
        const limit = isCommittedOnly ? log.lastStableOffset : log.highWatermark;
        const found = lookUp(log, timestamp, limit);
        return { index, errorCode: errors.NONE, ...found, leaderEpoch: found.offset < 0 ? -1 : 0 };
      }),
    })),
  };
};

function lookUp(log: PartitionLog, timestamp: number, limit: number): { timestamp: number; offset: number } {
  switch (timestamp) {
    case LATEST:
      return { timestamp: -1, offset: limit };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { timestamp: -1, offset: log.startOffset };
    case LATEST_TIERED:
      return { timestamp: -1, offset: -1 };
    case MAX_TIMESTAMP:
      return newestTimestamp(log, limit);
    default:
      return findTimestamp(log, timestamp, { limit });
  }
}

/** There is one leader epoch, 0, which lasts to the end of the log. */
export const handleOffsetForLeaderEpoch: Handler<'offsetForLeaderEpoch'> = async (context, request) => {
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index, leaderEpoch, currentLeaderEpoch }) => {
        const log = context.topics.partition(name, index);
        if (!log) return { index, errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION };
        if (currentLeaderEpoch > 0) return { index, errorCode: errors.UNKNOWN_LEADER_EPOCH };
        if (leaderEpoch !== 0) return { index, errorCode: errors.NONE };
        return { index, errorCode: errors.NONE, leaderEpoch: 0, endOffset: log.endOffset };
      }),
    })),
  };
};

/** Moves the start of logs; an offset of -1 means their ends. */
export const handleDeleteRecords: Handler<'deleteRecords'> = async (context, request) => {
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index, offset }) => {
        const log = context.topics.partition(name, index);
        const failed = (errorCode: number) => ({ index, lowWatermark: -1, errorCode });
        if (!log) return failed(errors.UNKNOWN_TOPIC_OR_PARTITION);
        if (!log.settings.deleteOld) return failed(errors.POLICY_VIOLATION);
        const target = offset === -1 ? log.highWatermark : offset;
        if (target < 0 || target > log.highWatermark) return failed(errors.OFFSET_OUT_OF_RANGE);
        log.deleteBefore(target);
        return { index, lowWatermark: log.startOffset, errorCode: errors.NONE };
      }),
    })),
  };
};
