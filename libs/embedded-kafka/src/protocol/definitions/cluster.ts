import * as t from '../schema.ts';

export const apiVersions = t.api({
  about: { key: 18, name: 'ApiVersions', versions: '0-4', flexible: 3 },
  request: {
    clientSoftwareName: t.string('3+'),
    clientSoftwareVersion: t.string('3+'),
  },
  response: {
    errorCode: t.int16('0+'),
    apiKeys: t.list('0+', { apiKey: t.int16('0+'), minVersion: t.int16('0+'), maxVersion: t.int16('0+') }),
    throttleTimeMs: t.int32('1+', { default: 0 }),
  },
});

export const metadata = t.api({
  about: { key: 3, name: 'Metadata', versions: '0-13', flexible: 9 },
  request: {
    topics: t.nullableList(
      '0+',
      { topicId: t.uuid('10+'), name: t.nullableString('0+', { nullable: '10+' }) },
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: t.boolean('4+', { default: true }),
    includeClusterAuthorizedOperations: t.boolean('8-10'),
    includeTopicAuthorizedOperations: t.boolean('8+'),
  },
  response: {
    throttleTimeMs: t.int32('3+', { default: 0 }),
    brokers: t.list('0+', {
      nodeId: t.int32('0+'),
      host: t.string('0+'),
      port: t.int32('0+'),
      rack: t.nullableString('1+', { default: null }),
    }),
    clusterId: t.nullableString('2+', { default: null }),
    controllerId: t.int32('1+', { default: -1 }),
    topics: t.list('0+', {
      errorCode: t.int16('0+'),
      name: t.nullableString('0+', { nullable: '12+' }),
      topicId: t.uuid('10+', { default: t.NO_ID }),
      isInternal: t.boolean('1+', { default: false }),
      partitions: t.list('0+', {
        errorCode: t.int16('0+'),
        index: t.int32('0+'),
        leaderId: t.int32('0+'),
        leaderEpoch: t.int32('7+', { default: -1 }),
        replicaNodes: t.list('0+', t.int32),
        isrNodes: t.list('0+', t.int32),
        offlineReplicas: t.list('5+', t.int32, { default: [] }),
      }),
      topicAuthorizedOperations: t.int32('8+', { default: t.NO_OPERATIONS }),
    }),
    clusterAuthorizedOperations: t.int32('8-10', { default: t.NO_OPERATIONS }),
    errorCode: t.int16('13+', { default: 0 }),
  },
});

export const describeCluster = t.api({
  about: { key: 60, name: 'DescribeCluster', versions: '0-2', flexible: 0 },
  request: {
    includeClusterAuthorizedOperations: t.boolean('0+'),
    endpointType: t.int8('1+', { default: 1 }),
    includeFencedBrokers: t.boolean('2+'),
  },
  response: {
    throttleTimeMs: t.int32('0+', { default: 0 }),
    errorCode: t.int16('0+'),
    errorMessage: t.nullableString('0+', { default: null }),
    endpointType: t.int8('1+', { default: 1 }),
    clusterId: t.string('0+'),
    controllerId: t.int32('0+', { default: -1 }),
    brokers: t.list('0+', {
      brokerId: t.int32('0+'),
      host: t.string('0+'),
      port: t.int32('0+'),
      rack: t.nullableString('0+', { default: null }),
      isFenced: t.boolean('2+', { default: false }),
    }),
    clusterAuthorizedOperations: t.int32('0+', { default: t.NO_OPERATIONS }),
  },
});
