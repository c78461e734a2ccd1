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
    throttleTimeMs: t.int32('1+'),
  },
});

const address = { host: t.string('0+'), port: t.int32('0+') };

export const metadata = t.api({
  about: { key: 3, name: 'Metadata', versions: '0-13', flexible: 9, throttle: '3+' },
  request: {
    topics: t.nullableList('0+', { topicId: t.uuid('10+'), name: t.nullableString('0+', '10+') }, '1+'),
    allowAutoTopicCreation: t.boolean('4+', true),
    includeClusterAuthorizedOperations: t.boolean('8-10'),
    includeTopicAuthorizedOperations: t.boolean('8+'),
  },
  response: {
    brokers: t.list('0+', { nodeId: t.int32('0+'), ...address, rack: t.nullableString('1+') }),
    clusterId: t.nullableString('2+'),
    controllerId: t.int32('1+', -1),
    topics: t.list('0+', {
      errorCode: t.int16('0+'),
      name: t.nullableString('0+', '12+'),
      topicId: t.uuid('10+'),
      isInternal: t.boolean('1+'),
      partitions: t.list('0+', {
        errorCode: t.int16('0+'),
        index: t.int32('0+'),
        leaderId: t.int32('0+'),
        leaderEpoch: t.int32('7+', -1),
        replicaNodes: t.list('0+', t.int32),
        isrNodes: t.list('0+', t.int32),
        offlineReplicas: t.list('5+', t.int32),
      }),
      topicAuthorizedOperations: t.int32('8+', t.NO_OPERATIONS),
    }),
    clusterAuthorizedOperations: t.int32('8-10', t.NO_OPERATIONS),
    errorCode: t.int16('13+'),
  },
});

export const describeCluster = t.api({
  about: { key: 60, name: 'DescribeCluster', versions: '0-2', flexible: 0, throttle: '0+' },
  request: {
    includeClusterAuthorizedOperations: t.boolean('0+'),
    endpointType: t.int8('1+', 1),
    includeFencedBrokers: t.boolean('2+'),
  },
  response: {
    errorCode: t.int16('0+'),
    errorMessage: t.nullableString('0+'),
    endpointType: t.int8('1+', 1),
    clusterId: t.string('0+'),
    controllerId: t.int32('0+', -1),
    brokers: t.list('0+', {
      brokerId: t.int32('0+'),
      ...address,
      rack: t.nullableString('0+'),
      isFenced: t.boolean('2+'),
    }),
    clusterAuthorizedOperations: t.int32('0+', t.NO_OPERATIONS),
  },
});
