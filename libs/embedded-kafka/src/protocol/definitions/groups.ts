import {
  NO_ID,
  NO_OPERATIONS,
  api,
  arrayOf,
  boolean,
  bytes,
  int16,
  int32,
  int64,
  int8,
  list,
  nullableList,
  nullableString,
  optionalList,
  partitionsByTopic,
  string,
  uuid,
} from '../schema.ts';

export const findCoordinator = api({
  about: { key: 10, name: 'FindCoordinator', versions: '0-6', flexible: 3 },
  request: {
    key: string('0-3'),
    keyType: int8('1+', { default: 0 }),
    coordinatorKeys: arrayOf('4+', string),
  },
  response: {
    throttleTimeMs: int32('1+', { default: 0 }),
    errorCode: int16('0-3', { default: 0 }),
    errorMessage: nullableString('1-3', { default: null }),
    nodeId: int32('0-3', { default: -1 }),
    host: string('0-3', { default: '' }),
    port: int32('0-3', { default: -1 }),
    coordinators: optionalList('4+', {
      key: string('4+'),
      nodeId: int32('4+'),
      host: string('4+'),
      port: int32('4+'),
      errorCode: int16('4+'),
      errorMessage: nullableString('4+', { default: null }),
    }),
  },
});

export const joinGroup = api({
  about: { key: 11, name: 'JoinGroup', versions: '0-9', flexible: 6 },
  request: {
    groupId: string('0+'),
    sessionTimeoutMs: int32('0+'),
    rebalanceTimeoutMs: int32('1+', { default: -1 }),
    memberId: string('0+'),
    groupInstanceId: nullableString('5+', { default: null }),
    protocolType: string('0+'),
    protocols: list('0+', { name: string('0+'), metadata: bytes('0+') }),
    reason: nullableString('8+', { default: null }),
  },
  response: {
    throttleTimeMs: int32('2+', { default: 0 }),
    errorCode: int16('0+'),
    generationId: int32('0+', { default: -1 }),
    protocolType: nullableString('7+', { default: null }),
    protocolName: nullableString('0+', { nullable: '7+', default: null }),
    leader: string('0+', { default: '' }),
    skipAssignment: boolean('9+', { default: false }),
    memberId: string('0+', { default: '' }),
    members: optionalList('0+', {
      memberId: string('0+'),
      groupInstanceId: nullableString('5+', { default: null }),
      metadata: bytes('0+'),
    }),
  },
});

export const syncGroup = api({
  about: { key: 14, name: 'SyncGroup', versions: '0-5', flexible: 4 },
  request: {
    groupId: string('0+'),
    generationId: int32('0+'),
    memberId: string('0+'),
    groupInstanceId: nullableString('3+', { default: null }),
    protocolType: nullableString('5+', { default: null }),
    protocolName: nullableString('5+', { default: null }),
    assignments: list('0+', { memberId: string('0+'), assignment: bytes('0+') }),
  },
  response: {
    throttleTimeMs: int32('1+', { default: 0 }),
    errorCode: int16('0+'),
    protocolType: nullableString('5+', { default: null }),
    protocolName: nullableString('5+', { default: null }),
    assignment: bytes('0+', { default: Buffer.alloc(0) }),
  },
});

export const heartbeat = api({
  about: { key: 12, name: 'Heartbeat', versions: '0-4', flexible: 4 },
  request: {
    groupId: string('0+'),
    generationId: int32('0+'),
    memberId: string('0+'),
    groupInstanceId: nullableString('3+', { default: null }),
  },
  response: { throttleTimeMs: int32('1+', { default: 0 }), errorCode: int16('0+') },
});

export const leaveGroup = api({
  about: { key: 13, name: 'LeaveGroup', versions: '0-5', flexible: 4 },
  request: {
    groupId: string('0+'),
    memberId: string('0-2'),
    members: list('3+', {
      memberId: string('3+'),
      groupInstanceId: nullableString('3+', { default: null }),
      reason: nullableString('5+', { default: null }),
    }),
  },
  response: {
    throttleTimeMs: int32('1+', { default: 0 }),
    errorCode: int16('0+'),
    members: optionalList('3+', {
      memberId: string('3+'),
      groupInstanceId: nullableString('3+', { default: null }),
      errorCode: int16('3+'),
    }),
  },
});

export const offsetCommit = api({
  about: { key: 8, name: 'OffsetCommit', versions: '2-10', flexible: 8 },
  request: {
    groupId: string('0+'),
    generationId: int32('1+', { default: -1 }),
    memberId: string('1+'),
    groupInstanceId: nullableString('7+', { default: null }),
    retentionTimeMs: int64('2-4', { default: -1 }),
    topics: list('0+', {
      name: string('0-9'),
      topicId: uuid('10+'),
      partitions: list('0+', {
        index: int32('0+'),
        offset: int64('0+'),
        leaderEpoch: int32('6+', { default: -1 }),
        metadata: nullableString('0+'),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32('3+', { default: 0 }),
    topics: list('0+', {
      name: string('0-9', { default: '' }),
      topicId: uuid('10+', { default: NO_ID }),
      partitions: list('0+', { index: int32('0+'), errorCode: int16('0+') }),
    }),
  },
});

export const offsetFetch = api({
  about: { key: 9, name: 'OffsetFetch', versions: '1-10', flexible: 6 },
  request: {
    groupId: string('0-7'),
    topics: nullableList(
      '0-7',
      { name: string('0+'), partitions: arrayOf('0+', int32) },
      { nullable: '2-7' },
    ),
    groups: list('8+', {
      groupId: string('8+'),
      memberId: nullableString('9+', { default: null }),
      memberEpoch: int32('9+', { default: -1 }),
      topics: nullableList('8+', {
        name: string('8-9'),
        topicId: uuid('10+'),
        partitions: arrayOf('8+', int32),
      }),
    }),
    requireStable: boolean('7+'),
  },
  response: {
    throttleTimeMs: int32('3+', { default: 0 }),
    topics: optionalList('0-7', {
      name: string('0+'),
      partitions: list('0+', {
        index: int32('0+'),
        offset: int64('0+'),
        leaderEpoch: int32('5+', { default: -1 }),
        metadata: nullableString('0+'),
        errorCode: int16('0+'),
      }),
    }),
    errorCode: int16('2-7', { default: 0 }),
    groups: optionalList('8+', {
      groupId: string('8+'),
      topics: list('8+', {
        name: string('8-9', { default: '' }),
        topicId: uuid('10+', { default: NO_ID }),
        partitions: list('8+', {
          index: int32('8+'),
          offset: int64('8+'),
          leaderEpoch: int32('8+', { default: -1 }),
          metadata: nullableString('8+'),
          errorCode: int16('8+'),
        }),
      }),
      errorCode: int16('8+'),
    }),
  },
});

export const offsetDelete = api({
  about: { key: 47, name: 'OffsetDelete', versions: '0', flexible: undefined },
  request: {
    groupId: string('0+'),
    topics: partitionsByTopic({ index: int32('0+') }),
  },
  response: {
    errorCode: int16('0+'),
    throttleTimeMs: int32('0+', { default: 0 }),
    topics: partitionsByTopic({ index: int32('0+'), errorCode: int16('0+') }),
  },
});

export const describeGroups = api({
  about: { key: 15, name: 'DescribeGroups', versions: '0-6', flexible: 5 },
  request: { groups: arrayOf('0+', string), includeAuthorizedOperations: boolean('3+') },
  response: {
    throttleTimeMs: int32('1+', { default: 0 }),
    groups: list('0+', {
      errorCode: int16('0+'),
      errorMessage: nullableString('6+', { default: null }),
      groupId: string('0+'),
      groupState: string('0+'),
      protocolType: string('0+'),
      protocolData: string('0+'),
      members: list('0+', {
        memberId: string('0+'),
        groupInstanceId: nullableString('4+', { default: null }),
        clientId: string('0+'),
        clientHost: string('0+'),
        memberMetadata: bytes('0+'),
        memberAssignment: bytes('0+'),
      }),
      authorizedOperations: int32('3+', { default: NO_OPERATIONS }),
    }),
  },
});

export const listGroups = api({
  about: { key: 16, name: 'ListGroups', versions: '0-5', flexible: 3 },
  request: { statesFilter: arrayOf('4+', string), typesFilter: arrayOf('5+', string) },
  response: {
    throttleTimeMs: int32('1+', { default: 0 }),
    errorCode: int16('0+'),
    groups: list('0+', {
      groupId: string('0+'),
      protocolType: string('0+'),
      groupState: string('4+', { default: '' }),
      groupType: string('5+', { default: 'classic' }),
    }),
  },
});

export const deleteGroups = api({
  about: { key: 42, name: 'DeleteGroups', versions: '0-2', flexible: 2 },
  request: { groupIds: arrayOf('0+', string) },
  response: {
    throttleTimeMs: int32('0+', { default: 0 }),
    results: list('0+', { groupId: string('0+'), errorCode: int16('0+') }),
  },
});
