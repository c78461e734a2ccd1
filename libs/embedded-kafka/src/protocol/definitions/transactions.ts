import {
  api,
  arrayOf,
  boolean,
  int16,
  int32,
  int64,
  list,
  nullableString,
  partitionsByTopic,
  string,
} from '../schema.ts';

/** Version 6 brings two-phase commit for outside coordinators (KIP-939), which is not offered. */
export const initProducerId = api({
  about: { key: 22, name: 'InitProducerId', versions: '0-5', flexible: 2 },
  request: {
    transactionalId: nullableString('0+'),
    transactionTimeoutMs: int32('0+'),
    producerId: int64('3+', { default: -1 }),
    producerEpoch: int16('3+', { default: -1 }),
  },
  response: {
    throttleTimeMs: int32('0+', { default: 0 }),
    errorCode: int16('0+'),
    producerId: int64('0+', { default: -1 }),
    producerEpoch: int16('0+', { default: -1 }),
  },
});

const partitionResults = partitionsByTopic({ index: int32('0+'), errorCode: int16('0+') });

/** Versions from 4 on are between brokers. */
export const addPartitionsToTxn = api({
  about: { key: 24, name: 'AddPartitionsToTxn', versions: '0-3', flexible: 3 },
  request: {
    transactionalId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    topics: list('0+', { name: string('0+'), partitions: arrayOf('0+', int32) }),
  },
  response: { throttleTimeMs: int32('0+', { default: 0 }), topics: partitionResults },
});

export const addOffsetsToTxn = api({
  about: { key: 25, name: 'AddOffsetsToTxn', versions: '0-4', flexible: 3 },
  request: {
    transactionalId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    groupId: string('0+'),
  },
  response: { throttleTimeMs: int32('0+', { default: 0 }), errorCode: int16('0+') },
});

/** Version 5 belongs to the second generation of transactions (KIP-890), which a broker must announce as a feature. */
export const endTxn = api({
  about: { key: 26, name: 'EndTxn', versions: '0-4', flexible: 3 },
  request: {
    transactionalId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    committed: boolean('0+'),
  },
  response: { throttleTimeMs: int32('0+', { default: 0 }), errorCode: int16('0+') },
});

export const txnOffsetCommit = api({
  about: { key: 28, name: 'TxnOffsetCommit', versions: '0-4', flexible: 3 },
  request: {
    transactionalId: string('0+'),
    groupId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    generationId: int32('3+', { default: -1 }),
    memberId: string('3+', { default: '' }),
    groupInstanceId: nullableString('3+', { default: null }),
    topics: partitionsByTopic({
      index: int32('0+'),
      offset: int64('0+'),
      leaderEpoch: int32('2+', { default: -1 }),
      metadata: nullableString('0+'),
    }),
  },
  response: { throttleTimeMs: int32('0+', { default: 0 }), topics: partitionResults },
});
