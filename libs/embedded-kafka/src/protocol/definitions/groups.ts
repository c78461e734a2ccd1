import * as t from '../schema.ts';

export const findCoordinator = t.api({
  about: { key: 10, name: 'FindCoordinator', versions: '0-6', flexible: 3, throttle: '1+' },
  request: {
    key: t.string('0-3'),
    keyType: t.int8('1+'),
    coordinatorKeys: t.list('4+', t.string),
  },
  response: {
    errorCode: t.int16('0-3'),
    errorMessage: t.nullableString('1-3'),
    nodeId: t.int32('0-3', -1),
    host: t.string('0-3'),
    port: t.int32('0-3', -1),
    coordinators: t.list('4+', {
      key: t.string('4+'),
      nodeId: t.int32('4+'),
      host: t.string('4+'),
      port: t.int32('4+'),
      errorCode: t.int16('4+'),
      errorMessage: t.nullableString('4+'),
    }),
  },
});

export const joinGroup = t.api({
  about: { key: 11, name: 'JoinGroup', versions: '0-9', flexible: 6, throttle: '2+' },
  request: {
    groupId: t.string('0+'),
    sessionTimeoutMs: t.int32('0+'),
    rebalanceTimeoutMs: t.int32('1+', -1),
    memberId: t.string('0+'),
    groupInstanceId: t.nullableString('5+'),
    protocolType: t.string('0+'),
    protocols: t.list('0+', { name: t.string('0+'), metadata: t.bytes('0+') }),
    reason: t.nullableString('8+'),
  },
  response: {
    errorCode: t.int16('0+'),
    generationId: t.int32('0+', -1),
    protocolType: t.nullableString('7+'),
    protocolName: t.nullableString('0+', '7+'),
    leader: t.string('0+'),
    skipAssignment: t.boolean('9+'),
    memberId: t.string('0+'),
    members: t.list('0+', {
      memberId: t.string('0+'),
      groupInstanceId: t.nullableString('5+'),
      metadata: t.bytes('0+'),
    }),
  },
});

const member = {
  groupId: t.string('0+'),
  generationId: t.int32('0+'),
  memberId: t.string('0+'),
  groupInstanceId: t.nullableString('3+'),
};

export const syncGroup = t.api({
  about: { key: 14, name: 'SyncGroup', versions: '0-5', flexible: 4, throttle: '1+' },
  request: {
    ...member,
    protocolType: t.nullableString('5+'),
    protocolName: t.nullableString('5+'),
    assignments: t.list('0+', { memberId: t.string('0+'), assignment: t.bytes('0+') }),
  },
  response: {
    errorCode: t.int16('0+'),
    protocolType: t.nullableString('5+'),
    protocolName: t.nullableString('5+'),
    assignment: t.bytes('0+'),
  },
});

export const heartbeat = t.api({
  about: { key: 12, name: 'Heartbeat', versions: '0-4', flexible: 4, throttle: '1+' },
  request: member,
  response: { errorCode: t.int16('0+') },
});

export const leaveGroup = t.api({
  about: { key: 13, name: 'LeaveGroup', versions: '0-5', flexible: 4, throttle: '1+' },
  request: {
    groupId: t.string('0+'),
    memberId: t.string('0-2'),
    members: t.list('3+', {
      memberId: t.string('3+'),
      groupInstanceId: t.nullableString('3+'),
      reason: t.nullableString('5+'),
    }),
  },
  response: {
    errorCode: t.int16('0+'),
    members: t.list('3+', {
      memberId: t.string('3+'),
      groupInstanceId: t.nullableString('3+'),
      errorCode: t.int16('3+'),
    }),
  },
});

export const offsetCommit = t.api({
  about: { key: 8, name: 'OffsetCommit', versions: '2-10', flexible: 8, throttle: '3+' },
  request: {
    groupId: t.string('0+'),
    generationId: t.int32('1+', -1),
    memberId: t.string('1+'),
    groupInstanceId: t.nullableString('7+'),
    retentionTimeMs: t.int64('2-4', -1),
    topics: t.partitionsByTopicId(10, {
      index: t.int32('0+'),
      offset: t.int64('0+'),
      leaderEpoch: t.int32('6+', -1),
      metadata: t.nullableString('0+'),
    }),
  },
  response: { topics: t.partitionsByTopicId(10, { index: t.int32('0+'), errorCode: t.int16('0+') }) },
});

const position = {
  index: t.int32('0+'),
  offset: t.int64('0+'),
  leaderEpoch: t.int32('5+', -1),
  metadata: t.nullableString('0+'),
  errorCode: t.int16('0+'),
};

export const offsetFetch = t.api({
  about: { key: 9, name: 'OffsetFetch', versions: '1-10', flexible: 6, throttle: '3+' },
  request: {
    groupId: t.string('0-7'),
    topics: t.nullableList('0-7', { name: t.string('0+'), partitions: t.list('0+', t.int32) }, '2-7'),
    groups: t.list('8+', {
      groupId: t.string('8+'),
      memberId: t.nullableString('9+'),
      memberEpoch: t.int32('9+', -1),
      topics: t.nullableList('8+', {
        name: t.string('8-9'),
        topicId: t.uuid('10+'),
        partitions: t.list('8+', t.int32),
      }),
    }),
    requireStable: t.boolean('7+'),
  },
  response: {
    topics: t.list('0-7', {
      name: t.string('0+'),
      partitions: t.list('0+', position),
    }),
    errorCode: t.int16('2-7'),
    groups: t.list('8+', {
      groupId: t.string('8+'),
      topics: t.partitionsByTopicId(10, position),
      errorCode: t.int16('8+'),
    }),
  },
});

export const describeGroups = t.api({
  about: { key: 15, name: 'DescribeGroups', versions: '0-6', flexible: 5, throttle: '1+' },
  request: { groups: t.list('0+', t.string), includeAuthorizedOperations: t.boolean('3+') },
  response: {
    groups: t.list('0+', {
      errorCode: t.int16('0+'),
      errorMessage: t.nullableString('6+'),
      groupId: t.string('0+'),
      groupState: t.string('0+'),
      protocolType: t.string('0+'),
      protocolData: t.string('0+'),
      members: t.list('0+', {
        memberId: t.string('0+'),
        groupInstanceId: t.nullableString('4+'),
        clientId: t.string('0+'),
        clientHost: t.string('0+'),
        memberMetadata: t.bytes('0+'),
        memberAssignment: t.bytes('0+'),
      }),
      authorizedOperations: t.int32('3+', t.NO_OPERATIONS),
    }),
  },
});

export const listGroups = t.api({
  about: { key: 16, name: 'ListGroups', versions: '0-5', flexible: 3, throttle: '1+' },
  request: { statesFilter: t.list('4+', t.string), typesFilter: t.list('5+', t.string) },
  response: {
    errorCode: t.int16('0+'),
    groups: t.list('0+', {
      groupId: t.string('0+'),
      protocolType: t.string('0+'),
      groupState: t.string('4+'),
      groupType: t.string('5+', 'classic'),
    }),
  },
});

export const deleteGroups = t.api({
  about: { key: 42, name: 'DeleteGroups', versions: '0-2', flexible: 2, throttle: '0+' },
  request: { groupIds: t.list('0+', t.string) },
  response: {
    results: t.list('0+', { groupId: t.string('0+'), errorCode: t.int16('0+') }),
  },
});
