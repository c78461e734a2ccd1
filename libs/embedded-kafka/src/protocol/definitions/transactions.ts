import * as t from '../schema.ts';

/** Version 6 brings two-phase commit for outside coordinators (KIP-939), which is not offered. */
export const initProducerId = t.api({
  about: { key: 22, name: 'InitProducerId', versions: '0-5', flexible: 2, throttle: '0+' },
  request: {
    transactionalId: t.nullableString('0+'),
    transactionTimeoutMs: t.int32('0+'),
    producerId: t.int64('3+', -1),
    producerEpoch: t.int16('3+', -1),
  },
  response: {
    errorCode: t.int16('0+'),
    producerId: t.int64('0+', -1),
    producerEpoch: t.int16('0+', -1),
  },
});

const producer = {
  transactionalId: t.string('0+'),
  producerId: t.int64('0+'),
  producerEpoch: t.int16('0+'),
};
const partitionResults = t.partitionsByTopic({ index: t.int32('0+'), errorCode: t.int16('0+') });

/** Versions from 4 on are between brokers. */
export const addPartitionsToTxn = t.api({
  about: { key: 24, name: 'AddPartitionsToTxn', versions: '0-3', flexible: 3, throttle: '0+' },
  request: { ...producer, topics: t.partitionsByTopic(t.int32) },
  response: { topics: partitionResults },
});

export const addOffsetsToTxn = t.api({
  about: { key: 25, name: 'AddOffsetsToTxn', versions: '0-4', flexible: 3, throttle: '0+' },
  request: { ...producer, groupId: t.string('0+') },
  response: { errorCode: t.int16('0+') },
});

/** Version 5 belongs to the second generation of transactions (KIP-890), which a broker must announce as a feature. */
export const endTxn = t.api({
  about: { key: 26, name: 'EndTxn', versions: '0-4', flexible: 3, throttle: '0+' },
  request: { ...producer, committed: t.boolean('0+') },
  response: { errorCode: t.int16('0+') },
});

export const txnOffsetCommit = t.api({
  about: { key: 28, name: 'TxnOffsetCommit', versions: '0-4', flexible: 3, throttle: '0+' },
  request: {
    transactionalId: t.string('0+'),
    groupId: t.string('0+'),
    producerId: t.int64('0+'),
    producerEpoch: t.int16('0+'),
    generationId: t.int32('3+', -1),
    memberId: t.string('3+'),
    groupInstanceId: t.nullableString('3+'),
    topics: t.partitionsByTopic({
      index: t.int32('0+'),
      offset: t.int64('0+'),
      leaderEpoch: t.int32('2+', -1),
      metadata: t.nullableString('0+'),
    }),
  },
  response: { topics: partitionResults },
});
