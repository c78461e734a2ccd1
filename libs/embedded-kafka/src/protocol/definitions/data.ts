import * as t from '../schema.ts';

/** From version 13 a topic goes by its id; the versions a client may use with transactions begin at 3. */
export const produce = t.api({
  about: { key: 0, name: 'Produce', versions: '3-13', flexible: 9 },
  request: {
    transactionalId: t.nullableString('3+'),
    acks: t.int16('0+'),
    timeoutMs: t.int32('0+'),
    topics: t.list('0+', {
      name: t.string('0-12'),
      topicId: t.uuid('13+'),
      partitions: t.list('0+', { index: t.int32('0+'), records: t.records('0+') }),
    }),
  },
  response: {
    topics: t.list('0+', {
      name: t.string('0-12', { default: '' }),
      topicId: t.uuid('13+', { default: t.NO_ID }),
      partitions: t.list('0+', {
        index: t.int32('0+'),
        errorCode: t.int16('0+'),
        baseOffset: t.int64('0+'),
        logAppendTimeMs: t.int64('2+', { default: -1 }),
        logStartOffset: t.int64('5+', { default: -1 }),
        recordErrors: t.optionalList('8+', {
          batchIndex: t.int32('8+'),
          batchIndexErrorMessage: t.nullableString('8+', { default: null }),
        }),
        errorMessage: t.nullableString('8+', { default: null }),
      }),
    }),
    throttleTimeMs: t.int32('1+', { default: 0 }),
  },
});

export const fetch = t.api({
  about: { key: 1, name: 'Fetch', versions: '4-18', flexible: 12 },
  request: {
    replicaId: t.int32('0-14', { default: -1 }),
    maxWaitMs: t.int32('0+'),
    minBytes: t.int32('0+'),
    maxBytes: t.int32('3+'),
    isolationLevel: t.int8('4+'),
    sessionId: t.int32('7+'),
    sessionEpoch: t.int32('7+', { default: -1 }),
    topics: t.list('0+', {
      name: t.string('0-12'),
      topicId: t.uuid('13+'),
      partitions: t.list('0+', {
        index: t.int32('0+'),
        currentLeaderEpoch: t.int32('9+', { default: -1 }),
        fetchOffset: t.int64('0+'),
        lastFetchedEpoch: t.int32('12+', { default: -1 }),
        logStartOffset: t.int64('5+', { default: -1 }),
        partitionMaxBytes: t.int32('0+'),
      }),
    }),
    forgottenTopics: t.list('7+', {
      name: t.string('7-12'),
      topicId: t.uuid('13+'),
      partitions: t.list('7+', t.int32),
    }),
    rackId: t.string('11+', { default: '' }),
  },
  response: {
    throttleTimeMs: t.int32('1+', { default: 0 }),
    errorCode: t.int16('7+', { default: 0 }),
    sessionId: t.int32('7+', { default: 0 }),
    topics: t.list('0+', {
      name: t.string('0-12', { default: '' }),
      topicId: t.uuid('13+', { default: t.NO_ID }),
      partitions: t.list('0+', {
        index: t.int32('0+'),
        errorCode: t.int16('0+'),
        highWatermark: t.int64('0+'),
        lastStableOffset: t.int64('4+', { default: -1 }),
        logStartOffset: t.int64('5+', { default: -1 }),
        abortedTransactions: t.nullableList('4+', { producerId: t.int64('4+'), firstOffset: t.int64('4+') }),
        preferredReadReplica: t.int32('11+', { default: -1 }),
        records: t.records('0+'),
      }),
    }),
  },
});

export const listOffsets = t.api({
  about: { key: 2, name: 'ListOffsets', versions: '1-11', flexible: 6 },
  request: {
    replicaId: t.int32('0+'),
    isolationLevel: t.int8('2+'),
    topics: t.partitionsByTopic({
      index: t.int32('0+'),
      currentLeaderEpoch: t.int32('4+', { default: -1 }),
      timestamp: t.int64('0+'),
    }),
    timeoutMs: t.int32('10+'),
  },
  response: {
    throttleTimeMs: t.int32('2+', { default: 0 }),
    topics: t.partitionsByTopic({
      index: t.int32('0+'),
      errorCode: t.int16('0+'),
      timestamp: t.int64('1+', { default: -1 }),
      offset: t.int64('1+', { default: -1 }),
      leaderEpoch: t.int32('4+', { default: -1 }),
    }),
  },
});

export const offsetForLeaderEpoch = t.api({
  about: { key: 23, name: 'OffsetForLeaderEpoch', versions: '2-4', flexible: 4 },
  request: {
    replicaId: t.int32('3+', { default: -2 }),
    topics: t.partitionsByTopic({
      index: t.int32('0+'),
      currentLeaderEpoch: t.int32('2+', { default: -1 }),
      leaderEpoch: t.int32('0+'),
    }),
  },
  response: {
    throttleTimeMs: t.int32('2+', { default: 0 }),
    topics: t.partitionsByTopic({
      errorCode: t.int16('0+'),
      index: t.int32('0+'),
      leaderEpoch: t.int32('1+', { default: -1 }),
      endOffset: t.int64('0+', { default: -1 }),
    }),
  },
});
