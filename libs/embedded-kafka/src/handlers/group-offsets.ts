import type { BrokerContext, Handler } from '../broker-context.ts';
import type { Position } from '../groups/offset-store.ts';
import { errors } from '../protocol/errors.ts';
import { NO_ID } from '../protocol/schema.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { Topic } from '../topics/topic-store.ts';

/** Longest metadata of a commit, in bytes. */
const MAX_METADATA_BYTES = 4096;

interface AskedTopic {
  readonly name: string;
  readonly topicId?: string;
  readonly partitions: readonly {
    index: number;
    offset: number;
    leaderEpoch: number;
    metadata: string | null;
  }[];
}

export const offsetCommit: Handler<'offsetCommit'> = async (context, request, client) => {
  const refusal = context.groups.checkCommit(request, { isTransactional: false });
  return take(context, request, { refusal, isById: client.version >= 10 });
};

/** Offsets that belong to a transaction: they count once it is committed. */
export const txnOffsetCommit: Handler<'txnOffsetCommit'> = async (context, request, client) => {
  let refusal = context.groups.checkCommit(request, { isTransactional: true });
  if (refusal === errors.NONE) refusal = context.transactions.verify(request, { group: request.groupId });
  if (refusal === errors.TRANSACTION_ABORTABLE && client.version < 4) refusal = errors.INVALID_TXN_STATE;
  return take(context, request, { refusal, isById: false, producerId: request.producerId });
};

type AskedPartition = AskedTopic['partitions'][number];

function take(
  context: BrokerContext,
  request: { groupId: string; topics: readonly AskedTopic[] },
  options: { refusal: ErrorCode; isById: boolean; producerId?: number },
) {
  const at = Date.now();
  const taken: Position[] = [];
  const takeOne = (topic: Topic | undefined, { index, offset, leaderEpoch, metadata }: AskedPartition) => {
    if (options.refusal !== errors.NONE) return options.refusal;
    if (!topic && options.isById) return errors.UNKNOWN_TOPIC_ID;
    if (!topic?.partitions[index]) return errors.UNKNOWN_TOPIC_OR_PARTITION;
    if (Buffer.byteLength(metadata ?? '') > MAX_METADATA_BYTES) return errors.OFFSET_METADATA_TOO_LARGE;
    const position = { groupId: request.groupId, topic: topic.name, partition: index };
    taken.push({ ...position, offset, leaderEpoch, metadata: metadata ?? '', at });
    return errors.NONE;
  };
  const topics = request.topics.map((asked) => {
    const topic = context.topics.find(asked);
    const partitions = asked.partitions.map((each) => ({
      index: each.index,
      errorCode: takeOne(topic, each),
    }));
    return { name: asked.name, ...(asked.topicId ? { topicId: asked.topicId } : {}), partitions };
  });
  context.offsets.commit(taken, options.producerId);
  return { topics };
}

export const offsetFetch: Handler<'offsetFetch'> = async (context, request, client) => {
  if (client.version < 8) return { topics: positions(context, request, request) };
  return {
    groups: request.groups.map((group) => ({
      groupId: group.groupId,
      topics: positions(context, group, request),
    })),
  };
};

interface AskedPositions {
  readonly groupId: string;
  readonly topics: readonly { name: string; topicId?: string; partitions: readonly number[] }[] | null;
}

function positions(context: BrokerContext, asked: AskedPositions, options: { requireStable: boolean }) {
  const { groupId } = asked;
  return (asked.topics ?? committedPartitions(context, groupId)).map(({ name, topicId, partitions }) => {
    const topic = context.topics.find({ name, ...(topicId ? { topicId } : {}) });
    return {
      name: topic?.name ?? name,
      topicId: topic?.id ?? topicId ?? NO_ID,
      partitions: partitions.map((index) => {
        const position = { groupId, topic: topic?.name ?? name, partition: index };
        const none = { index, offset: -1, leaderEpoch: -1, metadata: '' };
        if (!topic && name === '') return { ...none, errorCode: errors.UNKNOWN_TOPIC_ID };
        if (options.requireStable && context.offsets.isUnstable(position)) {
          return { ...none, errorCode: errors.UNSTABLE_OFFSET_COMMIT };
        }
        const { offset, leaderEpoch, metadata } = context.offsets.get(position) ?? none;
        return { index, offset, leaderEpoch, metadata };
      }),
    };
  });
}

function committedPartitions(context: BrokerContext, groupId: string): NonNullable<AskedPositions['topics']> {
  const byTopic = Map.groupBy(context.offsets.ofGroup(groupId), (position) => position.topic);
  return [...byTopic].map(([name, all]) => ({ name, partitions: all.map((position) => position.partition) }));
}
