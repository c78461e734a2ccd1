import type { BrokerContext, ClientContext, Handler } from '../broker-context.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Request, Response } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { ItemOf } from '../protocol/schema.ts';

type FetchRequest = Request<'fetch'>;
type AskedPartition = FetchRequest['topics'][number]['partitions'][number];
type PartitionResult = ItemOf<ItemOf<Response<'fetch'>['topics']>['partitions']>;

const EMPTY = Buffer.alloc(0);

/** Reads from each partition; with less than `minBytes` there, it waits for more up to `maxWaitMs`. */
export const fetch: Handler<'fetch'> = async (context, request, client) => {
  /* There are no sessions: id 0 in each answer tells a client to name all its partitions each time (KIP-227). */
  if (request.sessionId !== 0 && request.sessionEpoch > 0) {
    return { errorCode: errors.FETCH_SESSION_ID_NOT_FOUND };
  }
  const first = readAll(context, request, client);
  if (request.maxWaitMs <= 0 || first.isUrgent || first.bytes >= request.minBytes)
    return { topics: first.topics };
  await moreToRead(context, request, { client, missingBytes: request.minBytes - first.bytes });
  return { topics: readAll(context, request, client).topics };
};

function readAll(context: BrokerContext, request: FetchRequest, client: ClientContext) {
  let bytes = 0;
  let isUrgent = request.topics.length === 0;
  const budget = Math.min(request.maxBytes, context.fetchBudget());
  const topics = request.topics.map((asked) => {
    const topic = context.topics.find(asked);
    const partitions = asked.partitions.map((partition): PartitionResult => {
      const log = topic?.partitions[partition.index];
      const errorCode = refuse(
        log,
        partition,
        topic || client.version < 13 ? undefined : errors.UNKNOWN_TOPIC_ID,
      );
      if (!log || errorCode !== errors.NONE) {
        isUrgent = true;
        return failed(partition.index, errorCode);
      }
      const result = readPartition(log, partition, {
        maxBytes: Math.min(partition.partitionMaxBytes, budget - bytes),
        atLeastOne: bytes === 0,
        isCommittedOnly: request.isolationLevel === 1,
      });
      bytes += result.records?.length ?? 0;
      return result;
    });
    return { name: asked.name, topicId: asked.topicId, partitions };
  });
  return { topics, bytes, isUrgent };
}

/** A partition that is there has a null for its aborted transactions, one that is not has none; so Apache Kafka has it. */
function failed(index: number, errorCode: ErrorCode): PartitionResult {
  const abortedTransactions = errorCode === errors.OFFSET_OUT_OF_RANGE ? null : [];
  return { index, errorCode, highWatermark: -1, abortedTransactions, records: EMPTY };
}

function refuse(
  log: PartitionLog | undefined,
  asked: AskedPartition,
  unknown: ErrorCode | undefined,
): ErrorCode {
  if (!log) return unknown ?? errors.UNKNOWN_TOPIC_OR_PARTITION;
  if (asked.currentLeaderEpoch > 0) return errors.UNKNOWN_LEADER_EPOCH;
  if (asked.fetchOffset < log.startOffset || asked.fetchOffset > log.endOffset)
    return errors.OFFSET_OUT_OF_RANGE;
  return errors.NONE;
}

function readPartition(
  log: PartitionLog,
  asked: AskedPartition,
  options: { maxBytes: number; atLeastOne: boolean; isCommittedOnly: boolean },
): PartitionResult {
  const { highWatermark, lastStableOffset } = log;
  const limit = options.isCommittedOnly ? lastStableOffset : highWatermark;
  const isReadable = asked.fetchOffset < limit && (options.maxBytes > 0 || options.atLeastOne);
  const records = isReadable ? log.read(asked.fetchOffset, limit, options) : EMPTY;
  return {
    index: asked.index,
    highWatermark,
    lastStableOffset,
    logStartOffset: log.startOffset,
    abortedTransactions: options.isCommittedOnly
      ? log
          .abortedBetween(asked.fetchOffset, limit)
          .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
      : null,
    records,
  };
}

/** Resolves when enough was appended to the partitions of a fetch, its time is over, or its client is gone. */
function moreToRead(
  context: BrokerContext,
  request: FetchRequest,
  options: { client: ClientContext; missingBytes: number },
): Promise<void> {
  const logs = request.topics.flatMap((asked) => {
    const topic = context.topics.find(asked);
    return asked.partitions.flatMap(({ index }) => topic?.partitions[index] ?? []);
  });
  const appended = () => logs.reduce((sum, log) => sum + log.appendedBytes, 0);
  const before = appended();
  /* The end of a transaction is a few bytes that release many, so a committed-only reader looks at each growth. */
  const enough = request.isolationLevel === 1 ? 1 : options.missingBytes;
  return new Promise((resolve) => {
    const { gone } = options.client;
    const finish = () => {
      clearTimeout(timer);
      gone.removeEventListener('abort', finish);
      for (const log of logs) log.waiters.delete(wake);
      resolve();
    };
    const wake = () => {
      if (logs.some((log) => log.closed) || appended() - before >= enough) finish();
    };
    const timer = setTimeout(finish, Math.min(request.maxWaitMs, 0x7fff_ffff));
    gone.addEventListener('abort', finish);
    for (const log of logs) log.waiters.add(wake);
  });
}
