import {
  NO_ID,
  api,
  arrayOf,
  int16,
  int32,
  int64,
  int8,
  list,
  nullableList,
  nullableString,
  optionalList,
  partitionsByTopic,
  records,
  string,
  struct,
  uuid,
} from '../schema.ts';

const currentLeader = { leaderId: int32('0+', { default: -1 }), leaderEpoch: int32('0+', { default: -1 }) };

/** From version 13 a topic goes by its id; the versions a client may use with transactions begin at 3. */
export const produce = api({
  about: { key: 0, name: 'Produce', versions: '3-13', flexible: 9 },
  request: {
    transactionalId: nullableString('3+'),
    acks: int16('0+'),
    timeoutMs: int32('0+'),
    topics: list('0+', {
      name: string('0-12'),
      topicId: uuid('13+'),
      partitions: list('0+', { index: int32('0+'), records: records('0+') }),
    }),
  },
  response: {
    topics: list('0+', {
      name: string('0-12', { default: '' }),
      topicId: uuid('13+', { default: NO_ID }),
      partitions: list('0+', {
        index: int32('0+'),
        errorCode: int16('0+'),
        baseOffset: int64('0+'),
        logAppendTimeMs: int64('2+', { default: -1 }),
        logStartOffset: int64('5+', { default: -1 }),
        recordErrors: optionalList('8+', {
          batchIndex: int32('8+'),
          batchIndexErrorMessage: nullableString('8+', { default: null }),
        }),
        errorMessage: nullableString('8+', { default: null }),
        currentLeader: struct('10+', currentLeader, { tag: 0, default: null }),
      }),
    }),
    throttleTimeMs: int32('1+', { default: 0 }),
  },
});

export const fetch = api({
  about: { key: 1, name: 'Fetch', versions: '4-18', flexible: 12 },
  request: {
    clusterId: nullableString('12+', { tag: 0, default: null }),
    replicaId: int32('0-14', { default: -1 }),
    maxWaitMs: int32('0+'),
    minBytes: int32('0+'),
    maxBytes: int32('3+'),
    isolationLevel: int8('4+'),
    sessionId: int32('7+'),
    sessionEpoch: int32('7+', { default: -1 }),
    topics: list('0+', {
      name: string('0-12'),
      topicId: uuid('13+'),
      partitions: list('0+', {
        index: int32('0+'),
        currentLeaderEpoch: int32('9+', { default: -1 }),
        fetchOffset: int64('0+'),
        lastFetchedEpoch: int32('12+', { default: -1 }),
        logStartOffset: int64('5+', { default: -1 }),
        partitionMaxBytes: int32('0+'),
      }),
    }),
    forgottenTopics: list('7+', {
      name: string('7-12'),
      topicId: uuid('13+'),
      partitions: arrayOf('7+', int32),
    }),
    rackId: string('11+', { default: '' }),
  },
  response: {
    throttleTimeMs: int32('1+', { default: 0 }),
    errorCode: int16('7+', { default: 0 }),
    sessionId: int32('7+', { default: 0 }),
    topics: list('0+', {
      name: string('0-12', { default: '' }),
      topicId: uuid('13+', { default: NO_ID }),
      partitions: list('0+', {
        index: int32('0+'),
        errorCode: int16('0+'),
        highWatermark: int64('0+'),
        lastStableOffset: int64('4+', { default: -1 }),
        logStartOffset: int64('5+', { default: -1 }),
        abortedTransactions: nullableList('4+', { producerId: int64('4+'), firstOffset: int64('4+') }),
        preferredReadReplica: int32('11+', { default: -1 }),
        records: records('0+'),
        divergingEpoch: struct(
          '12+',
          { epoch: int32('12+', { default: -1 }), endOffset: int64('12+', { default: -1 }) },
          { tag: 0, default: null },
        ),
        currentLeader: struct('12+', currentLeader, { tag: 1, default: null }),
      }),
    }),
  },
});

export const listOffsets = api({
  about: { key: 2, name: 'ListOffsets', versions: '1-11', flexible: 6 },
  request: {
    replicaId: int32('0+'),
    isolationLevel: int8('2+'),
    topics: partitionsByTopic({
      index: int32('0+'),
      currentLeaderEpoch: int32('4+', { default: -1 }),
      timestamp: int64('0+'),
    }),
    timeoutMs: int32('10+'),
  },
  response: {
    throttleTimeMs: int32('2+', { default: 0 }),
    topics: partitionsByTopic({
      index: int32('0+'),
      errorCode: int16('0+'),
      timestamp: int64('1+', { default: -1 }),
      offset: int64('1+', { default: -1 }),
      leaderEpoch: int32('4+', { default: -1 }),
    }),
  },
});

export const offsetForLeaderEpoch = api({
  about: { key: 23, name: 'OffsetForLeaderEpoch', versions: '2-4', flexible: 4 },
  request: {
    replicaId: int32('3+', { default: -2 }),
    topics: partitionsByTopic({
      index: int32('0+'),
      currentLeaderEpoch: int32('2+', { default: -1 }),
      leaderEpoch: int32('0+'),
    }),
  },
  response: {
    throttleTimeMs: int32('2+', { default: 0 }),
    topics: partitionsByTopic({
      errorCode: int16('0+'),
      index: int32('0+'),
      leaderEpoch: int32('1+', { default: -1 }),
      endOffset: int64('0+', { default: -1 }),
    }),
  },
});

export const deleteRecords = api({
  about: { key: 21, name: 'DeleteRecords', versions: '0-2', flexible: 2 },
  request: {
    topics: partitionsByTopic({ index: int32('0+'), offset: int64('0+') }),
    timeoutMs: int32('0+'),
  },
  response: {
    throttleTimeMs: int32('0+', { default: 0 }),
    topics: partitionsByTopic({ index: int32('0+'), lowWatermark: int64('0+'), errorCode: int16('0+') }),
  },
});
