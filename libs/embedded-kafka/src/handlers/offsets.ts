import type { BrokerContext, Handler } from '../broker-context.ts';
import { findTimestamp, newestTimestamp } from '../log/time-lookup.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { errors } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';

/** Timestamps with a meaning of their own in ListOffsets. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;

interface Asked {
  readonly index: number;
}

/** Answers for each partition that is asked for, by its log. */
function forEachLog<A extends Asked, R>(
  context: BrokerContext,
  topics: readonly { readonly name: string; readonly partitions: readonly A[] }[],
  answer: (log: PartitionLog, asked: A) => R | ErrorCode,
) {
  const answerOne = (name: string, asked: A) => {
    const log = context.topics.partition(name, asked.index);
    const found = log ? answer(log, asked) : errors.UNKNOWN_TOPIC_OR_PARTITION;
    const { index } = asked;
    return typeof found === 'number' ? { index, errorCode: found } : { index, ...found };
  };
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked) => answerOne(name, asked)),
  }));
}

/** Offsets by time, or the ends of the log. */
export const listOffsets: Handler<'listOffsets'> = async (context, request) => {
  const isCommittedOnly = request.isolationLevel === 1;
  return {
    topics: forEachLog(context, request.topics, (log, { timestamp, currentLeaderEpoch }) => {
      if (currentLeaderEpoch > 0) return errors.UNKNOWN_LEADER_EPOCH;
      const found = lookUp(log, timestamp, isCommittedOnly ? log.lastStableOffset : log.highWatermark);
      return { ...found, leaderEpoch: found.offset < 0 ? -1 : 0 };
    }),
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
export const offsetForLeaderEpoch: Handler<'offsetForLeaderEpoch'> = async (context, request) => {
  return {
    topics: forEachLog(context, request.topics, (log, { leaderEpoch, currentLeaderEpoch }) => {
      if (currentLeaderEpoch > 0) return errors.UNKNOWN_LEADER_EPOCH;
      return leaderEpoch === 0 ? { leaderEpoch, endOffset: log.endOffset } : errors.NONE;
    }),
  };
};
