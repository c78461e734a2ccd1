import {
  NO_ID,
  NO_OPERATIONS,
  api,
  arrayOf,
  boolean,
  int16,
  int32,
  int64,
  int8,
  list,
  nullableList,
  nullableString,
  string,
  uuid,
} from '../schema.ts';

export const apiVersions = api({
  about: { key: 18, name: 'ApiVersions', versions: '0-4', flexible: 3 },
  request: {
    clientSoftwareName: string('3+'),
    clientSoftwareVersion: string('3+'),
  },
  response: {
    errorCode: int16('0+'),
    apiKeys: list('0+', { apiKey: int16('0+'), minVersion: int16('0+'), maxVersion: int16('0+') }),
    throttleTimeMs: int32('1+', { default: 0 }),
    supportedFeatures: list(
      '3+',
      { name: string('3+'), minVersion: int16('3+'), maxVersion: int16('3+') },
      { tag: 0, default: [] },
    ),
    finalizedFeaturesEpoch: int64('3+', { tag: 1, default: -1 }),
    finalizedFeatures: list(
      '3+',
      { name: string('3+'), maxVersionLevel: int16('3+'), minVersionLevel: int16('3+') },
      { tag: 2, default: [] },
    ),
  },
});

export const metadata = api({
  about: { key: 3, name: 'Metadata', versions: '0-13', flexible: 9 },
  request: {
    topics: nullableList(
      '0+',
      { topicId: uuid('10+'), name: nullableString('0+', { nullable: '10+' }) },
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: boolean('4+', { default: true }),
    includeClusterAuthorizedOperations: boolean('8-10'),
    includeTopicAuthorizedOperations: boolean('8+'),
  },
  response: {
    throttleTimeMs: int32('3+', { default: 0 }),
    brokers: list('0+', {
      nodeId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: nullableString('1+', { default: null }),
    }),
    clusterId: nullableString('2+', { default: null }),
    controllerId: int32('1+', { default: -1 }),
    topics: list('0+', {
      errorCode: int16('0+'),
      name: nullableString('0+', { nullable: '12+' }),
      topicId: uuid('10+', { default: NO_ID }),
      isInternal: boolean('1+', { default: false }),
      partitions: list('0+', {
        errorCode: int16('0+'),
        index: int32('0+'),
        leaderId: int32('0+'),
        leaderEpoch: int32('7+', { default: -1 }),
        replicaNodes: arrayOf('0+', int32),
        isrNodes: arrayOf('0+', int32),
        offlineReplicas: arrayOf('5+', int32, { default: [] }),
      }),
      topicAuthorizedOperations: int32('8+', { default: NO_OPERATIONS }),
    }),
    clusterAuthorizedOperations: int32('8-10', { default: NO_OPERATIONS }),
    errorCode: int16('13+', { default: 0 }),
  },
});

export const describeCluster = api({
  about: { key: 60, name: 'DescribeCluster', versions: '0-2', flexible: 0 },
  request: {
    includeClusterAuthorizedOperations: boolean('0+'),
    endpointType: int8('1+', { default: 1 }),
    includeFencedBrokers: boolean('2+'),
  },
  response: {
    throttleTimeMs: int32('0+', { default: 0 }),
    errorCode: int16('0+'),
    errorMessage: nullableString('0+', { default: null }),
    endpointType: int8('1+', { default: 1 }),
    clusterId: string('0+'),
    controllerId: int32('0+', { default: -1 }),
    brokers: list('0+', {
      brokerId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: nullableString('0+', { default: null }),
      isFenced: boolean('2+', { default: false }),
    }),
    clusterAuthorizedOperations: int32('0+', { default: NO_OPERATIONS }),
  },
});
