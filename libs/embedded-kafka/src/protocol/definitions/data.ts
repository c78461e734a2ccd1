import * as t from '../schema.ts';

/** From version 13 a topic goes by its id; the versions a client may use with transactions begin at 3. */
export const produce = t.api({
  about: { key: 0, name: 'Produce', versions: '3-13', flexible: 9 },
  request: {
    transactionalId: t.nullableString('3+'),
    acks: t.int16('0+'),
    timeoutMs: t.int32('0+'),
    topics: t.partitionsByTopicId(13, { index: t.int32('0+'), records: t.records('0+') }),
  },
  response: {
    topics: t.partitionsByTopicId(13, {
      index: t.int32('0+'),
      errorCode: t.int16('0+'),
      baseOffset: t.int64('0+'),
      logAppendTimeMs: t.int64('2+', -1),
      logStartOffset: t.int64('5+', -1),
      recordErrors: t.list('8+', {
        batchIndex: t.int32('8+'),
        batchIndexErrorMessage: t.nullableString('8+'),
      }),
      errorMessage: t.nullableString('8+'),
    }),
    throttleTimeMs: t.int32('1+'),
  },
});

export const fetch = t.api({
  about: { key: 1, name: 'Fetch', versions: '4-18', flexible: 12, throttle: '1+' },
  request: {
    replicaId: t.int32('0-14', -1),
    maxWaitMs: t.int32('0+'),
    minBytes: t.int32('0+'),
    maxBytes: t.int32('3+'),
    isolationLevel: t.int8('4+'),
    sessionId: t.int32('7+'),
    sessionEpoch: t.int32('7+', -1),
    topics: t.partitionsByTopicId(13, {
      index: t.int32('0+'),
      currentLeaderEpoch: t.int32('9+', -1),
      fetchOffset: t.int64('0+'),
      lastFetchedEpoch: t.int32('12+', -1),
      logStartOffset: t.int64('5+', -1),
      partitionMaxBytes: t.int32('0+'),
    }),
    forgottenTopics: t.list('7+', {
      name: t.string('7-12'),
      topicId: t.uuid('13+'),
      partitions: t.list('7+', t.int32),
    }),
    rackId: t.string('11+'),
  },
  response: {
    errorCode: t.int16('7+'),
    sessionId: t.int32('7+'),
    topics: t.partitionsByTopicId(13, {
      index: t.int32('0+'),
      errorCode: t.int16('0+'),
      highWatermark: t.int64('0+'),
      lastStableOffset: t.int64('4+', -1),
      logStartOffset: t.int64('5+', -1),
      abortedTransactions: t.nullableList('4+', { producerId: t.int64('4+'), firstOffset: t.int64('4+') }),
      preferredReadReplica: t.int32('11+', -1),
      records: t.records('0+'),
    }),
  },
});

export const listOffsets = t.api({
  about: { key: 2, name: 'ListOffsets', versions: '1-11', flexible: 6, throttle: '2+' },
  request: {
    replicaId: t.int32('0+'),
    isolationLevel: t.int8('2+'),
    topics: t.partitionsByTopic({
      index: t.int32('0+'),
      currentLeaderEpoch: t.int32('4+', -1),
      timestamp: t.int64('0+'),
    }),
    timeoutMs: t.int32('10+'),
  },
  response: {
    topics: t.partitionsByTopic({
      index: t.int32('0+'),
      errorCode: t.int16('0+'),
      timestamp: t.int64('1+', -1),
      offset: t.int64('1+', -1),
      leaderEpoch: t.int32('4+', -1),
    }),
  },
});

export const offsetForLeaderEpoch = t.api({
  about: { key: 23, name: 'OffsetForLeaderEpoch', versions: '2-4', flexible: 4, throttle: '2+' },
  request: {
    replicaId: t.int32('3+', -2),
    topics: t.partitionsByTopic({
      index: t.int32('0+'),
      currentLeaderEpoch: t.int32('2+', -1),
      leaderEpoch: t.int32('0+'),
    }),
  },
  response: {
    topics: t.partitionsByTopic({
      errorCode: t.int16('0+'),
      index: t.int32('0+'),
      leaderEpoch: t.int32('1+', -1),
      endOffset: t.int64('0+', -1),
    }),
  },
});
