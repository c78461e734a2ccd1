import { NODE_ID } from '../broker-context.ts';
import type { BrokerContext, ClientContext } from '../broker-context.ts';
import type { Request, Response } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';

const GROUP_OPERATIONS = 0b1101_0100_1000;
const NO_OPERATIONS = -2147483648;
const NOTHING = Buffer.alloc(0);

/** The only node coordinates everything. */
export async function handleFindCoordinator(
  context: BrokerContext,
  request: Request<'findCoordinator'>,
  client: ClientContext,
): Promise<Response<'findCoordinator'>> {
  const node = { nodeId: NODE_ID, ...context.advertised() };
  const isKnownType = request.keyType === 0 || request.keyType === 1;
  const nobody = { nodeId: -1, host: '', port: -1, errorCode: errors.INVALID_REQUEST };
  if (client.version < 4) return isKnownType ? node : nobody;
  return {
    coordinators: request.coordinatorKeys.map((key) =>
      isKnownType ? { key, ...node, errorCode: errors.NONE } : { key, ...nobody },
    ),
  };
}

export async function handleJoinGroup(
  context: BrokerContext,
  request: Request<'joinGroup'>,
  client: ClientContext,
): Promise<Response<'joinGroup'>> {
  return context.groups.join({
    ...request,
    clientId: client.clientId,
    clientHost: client.clientHost,
    requiresKnownId: client.version >= 4,
    supportsSkip: client.version >= 9,
  });
}

export async function handleSyncGroup(
  context: BrokerContext,
  request: Request<'syncGroup'>,
  client: ClientContext,
): Promise<Response<'syncGroup'>> {
  const isIncomplete = request.protocolType === null || request.protocolName === null;
  if (client.version >= 5 && isIncomplete) return { errorCode: errors.INCONSISTENT_GROUP_PROTOCOL };
  return context.groups.sync(request, request);
}

export async function handleHeartbeat(
  context: BrokerContext,
  request: Request<'heartbeat'>,
): Promise<Response<'heartbeat'>> {
  return { errorCode: context.groups.heartbeat(request) };
}

export async function handleLeaveGroup(
  context: BrokerContext,
  request: Request<'leaveGroup'>,
  client: ClientContext,
): Promise<Response<'leaveGroup'>> {
  const leave = (memberId: string, groupInstanceId: string | null) =>
    context.groups.leave(request.groupId, memberId, { groupInstanceId });
  if (client.version < 3) return { errorCode: leave(request.memberId, null) };
  return {
    errorCode: errors.NONE,
    members: request.members.map(({ memberId, groupInstanceId }) => ({
      memberId,
      groupInstanceId,
      errorCode: leave(memberId, groupInstanceId),
    })),
  };
}

export async function handleDescribeGroups(
  context: BrokerContext,
  request: Request<'describeGroups'>,
  client: ClientContext,
): Promise<Response<'describeGroups'>> {
  const authorizedOperations = request.includeAuthorizedOperations ? GROUP_OPERATIONS : NO_OPERATIONS;
  return {
    groups: request.groups.map((groupId) => {
      const group = context.groups.groups.get(groupId);
      const base = { groupId, protocolData: '', members: [], authorizedOperations };
      if (!group) {
        const isError = client.version >= 6;
        return {
          ...base,
          errorCode: isError ? errors.GROUP_ID_NOT_FOUND : errors.NONE,
          errorMessage: isError ? `Group ${groupId} not found.` : null,
          groupState: 'Dead',
          protocolType: '',
        };
      }
      const isStable = group.state === 'Stable';
      return {
        ...base,
        errorCode: errors.NONE,
        groupState: group.state,
        protocolType: group.protocolType,
        protocolData: isStable ? (group.protocolName ?? '') : '',
        members: [...group.members.values()].map((member) => ({
          memberId: member.id,
          groupInstanceId: member.instanceId,
          clientId: member.clientId,
          clientHost: member.clientHost,
          memberMetadata:
            (isStable && member.protocols.find(({ name }) => name === group.protocolName)?.metadata) ||
            NOTHING,
          memberAssignment: isStable ? member.assignment : NOTHING,
        })),
      };
    }),
  };
}

export async function handleListGroups(
  context: BrokerContext,
  request: Request<'listGroups'>,
): Promise<Response<'listGroups'>> {
  const states = request.statesFilter.map((state) => state.toLowerCase());
  const types = request.typesFilter.map((type) => type.toLowerCase());
  const all = context.groups.groupIds().map((groupId) => {
    const group = context.groups.groups.get(groupId);
    return { groupId, protocolType: group?.protocolType ?? '', groupState: group?.state ?? 'Empty' };
  });
  const isWanted = ({ groupState }: { groupState: string }) =>
    (states.length === 0 || states.includes(groupState.toLowerCase())) &&
    (types.length === 0 || types.includes('classic'));
  return { errorCode: errors.NONE, groups: all.filter(isWanted) };
}

export async function handleDeleteGroups(
  context: BrokerContext,
  request: Request<'deleteGroups'>,
): Promise<Response<'deleteGroups'>> {
  return {
    results: request.groupIds.map((groupId) => ({ groupId, errorCode: context.groups.delete(groupId) })),
  };
}
