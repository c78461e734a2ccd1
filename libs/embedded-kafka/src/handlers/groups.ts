import { NODE_ID } from '../broker-context.ts';
import type { Handler } from '../broker-context.ts';
import { errors } from '../protocol/errors.ts';
import { NO_OPERATIONS } from '../protocol/schema.ts';

const GROUP_OPERATIONS = 0b1101_0100_1000;
const NOTHING = Buffer.alloc(0);

/** The only node coordinates everything. */
export const findCoordinator: Handler<'findCoordinator'> = async (context, request, client) => {
  const node = { nodeId: NODE_ID, ...context.advertised() };
  const isKnownType = request.keyType === 0 || request.keyType === 1;
  const nobody = { nodeId: -1, port: -1, errorCode: errors.INVALID_REQUEST };
  if (client.version < 4) return isKnownType ? node : nobody;
  return {
    coordinators: request.coordinatorKeys.map((key) => (isKnownType ? { key, ...node } : { key, ...nobody })),
  };
};

export const joinGroup: Handler<'joinGroup'> = async (context, request, client) => {
  return context.groups.join({
    ...request,
    clientId: client.clientId,
    clientHost: client.clientHost,
    requiresKnownId: client.version >= 4,
    supportsSkip: client.version >= 9,
  });
};

export const syncGroup: Handler<'syncGroup'> = async (context, request, client) => {
  const isIncomplete = request.protocolType === null || request.protocolName === null;
  if (client.version >= 5 && isIncomplete) return { errorCode: errors.INCONSISTENT_GROUP_PROTOCOL };
  return context.groups.sync(request, request);
};

export const heartbeat: Handler<'heartbeat'> = async (context, request) => {
  return { errorCode: context.groups.heartbeat(request) };
};

export const leaveGroup: Handler<'leaveGroup'> = async (context, request, client) => {
  const leave = (memberId: string, groupInstanceId: string | null) =>
    context.groups.leave(request.groupId, memberId, { groupInstanceId });
  if (client.version < 3) return { errorCode: leave(request.memberId, null) };
  return {
    members: request.members.map(({ memberId, groupInstanceId }) => ({
      memberId,
      groupInstanceId,
      errorCode: leave(memberId, groupInstanceId),
    })),
  };
};

export const describeGroups: Handler<'describeGroups'> = async (context, request, client) => {
  const authorizedOperations = request.includeAuthorizedOperations ? GROUP_OPERATIONS : NO_OPERATIONS;
  return {
    groups: request.groups.map((groupId) => {
      const group = context.groups.groups.get(groupId);
      const base = { groupId, authorizedOperations };
      if (!group) {
        const isError = client.version >= 6;
        return {
          ...base,
          ...(isError
            ? { errorCode: errors.GROUP_ID_NOT_FOUND, errorMessage: `Group ${groupId} not found.` }
            : {}),
          groupState: 'Dead',
        };
      }
      const isStable = group.state === 'Stable';
      return {
        ...base,
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
};

export const listGroups: Handler<'listGroups'> = async (context, request) => {
  const states = request.statesFilter.map((state) => state.toLowerCase());
  const types = request.typesFilter.map((type) => type.toLowerCase());
  const all = [...context.groups.groups.values()].map((group) => ({
    groupId: group.id,
    protocolType: group.protocolType,
    groupState: group.state,
  }));
  const isWanted = ({ groupState }: { groupState: string }) =>
    (states.length === 0 || states.includes(groupState.toLowerCase())) &&
    (types.length === 0 || types.includes('classic'));
  return { groups: all.filter(isWanted) };
};

export const deleteGroups: Handler<'deleteGroups'> = async (context, request) => {
  return {
    results: request.groupIds.map((groupId) => ({ groupId, errorCode: context.groups.delete(groupId) })),
  };
};
