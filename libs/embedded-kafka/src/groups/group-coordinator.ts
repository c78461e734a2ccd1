import { randomUUID } from 'node:crypto';
import type { Request } from '../protocol/apis.ts';
import { errors } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { Group } from './group.ts';
import { offersSame } from './member.ts';
import type { JoinResult, Member, MemberProtocol, SyncResult } from './member.ts';
import type { OffsetStore } from './offset-store.ts';

/** How long a group without members and positions is still shown. */
const IDLE_GROUP_MS = 600_000;

export interface GroupOptions {
  /** How long a first rebalance waits for further members. */
  readonly initialRebalanceDelayMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** How long the offsets of a group without members are kept. */
  readonly offsetsRetentionMs: number;
}

export interface JoinRequest extends Request<'joinGroup'> {
  readonly clientId: string;
  readonly clientHost: string;
  /** Whether a newcomer must come back with the id it is given (JoinGroup from version 4 on). */
  readonly requiresKnownId: boolean;
  /** Whether a static member that returns may be told to skip the assignment (from version 9 on). */
  readonly supportsSkip: boolean;
}

/** Names a member in a generation of its group. */
export type MemberReference = Request<'heartbeat'>;

/** Coordinates all groups with the classic protocol. */
export class GroupCoordinator {
  readonly groups = new Map<string, Group>();
  readonly offsets: OffsetStore;
  private readonly options: GroupOptions;

  constructor(offsets: OffsetStore, options: GroupOptions) {
    this.offsets = offsets;
    this.options = options;
    for (const groupId of offsets.groupIds()) this.create(groupId);
  }

  join(request: JoinRequest): Promise<JoinResult> | JoinResult {
    const refused = (errorCode: ErrorCode): JoinResult => ({ errorCode, memberId: request.memberId });
    if (request.groupId === '') return refused(errors.INVALID_GROUP_ID);
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.options;
    if (request.sessionTimeoutMs < minSessionTimeoutMs || request.sessionTimeoutMs > maxSessionTimeoutMs) {
      return refused(errors.INVALID_SESSION_TIMEOUT);
    }
    const existing = this.groups.get(request.groupId);
    if (!existing && request.memberId !== '') return refused(errors.UNKNOWN_MEMBER_ID);
    const group = this.findOrCreate(request.groupId);
    const instance = group.staticMember(request.groupInstanceId);
    const known = request.memberId === '' ? instance : group.members.get(request.memberId);
    if (!group.accepts(request.protocolType, request.protocols, known)) {
      return refused(errors.INCONSISTENT_GROUP_PROTOCOL);
    }
    if (request.memberId === '') return this.joinNewcomer(group, request, instance);
    if (instance && instance.id !== request.memberId) return refused(errors.FENCED_INSTANCE_ID);
    if (group.unreserve(request.memberId))
      return group.join(newMember(request, request.memberId), request.protocolType);
    return known ? this.joinAgain(group, known, request) : refused(errors.UNKNOWN_MEMBER_ID);
  }

  private findOrCreate(groupId: string): Group {
    return this.groups.get(groupId) ?? this.create(groupId);
  }

  private create(groupId: string): Group {
    const group = new Group(groupId, { initialDelayMs: this.options.initialRebalanceDelayMs });
    this.groups.set(groupId, group);
    return group;
  }

  private joinNewcomer(group: Group, request: JoinRequest, instance: Member | undefined) {
    const memberId = `${request.groupInstanceId ?? request.clientId}-${randomUUID()}`;
    if (request.groupInstanceId !== null) {
      return instance
        ? replaceStatic(group, instance, { request, memberId })
        : joinAs(group, request, memberId);
    }
    if (!request.requiresKnownId) return joinAs(group, request, memberId);
    group.reserve(memberId, request.sessionTimeoutMs);
    return { errorCode: errors.MEMBER_ID_REQUIRED, memberId };
  }

  private joinAgain(group: Group, member: Member, request: JoinRequest): Promise<JoinResult> | JoinResult {
    const isSame = offersSame(member, request.protocols);
    const needsNothing =
      isSame &&
      (group.state === 'CompletingRebalance' || (group.state === 'Stable' && group.leader !== member.id));
    if (needsNothing) {
      group.touch(member);
      return group.joinResult(member);
    }
    member.protocols = copyProtocols(request.protocols);
    member.sessionTimeoutMs = request.sessionTimeoutMs;
    member.rebalanceTimeoutMs = rebalanceTimeout(request);
    return group.join(member, request.protocolType);
  }

  sync(
    reference: MemberReference,
    options: Pick<Request<'syncGroup'>, 'protocolType' | 'protocolName' | 'assignments'>,
  ): Promise<SyncResult> | SyncResult {
    const found = this.findMember(reference);
    if (!found.member) return { errorCode: found.errorCode };
    const { group, member } = found;
    const { protocolType, protocolName } = options;
    const isOtherType = protocolType !== null && protocolType !== group.protocolType;
    const isOtherName = protocolName !== null && protocolName !== group.protocolName;
    if (isOtherType || isOtherName) return { errorCode: errors.INCONSISTENT_GROUP_PROTOCOL };
    if (group.state === 'PreparingRebalance') return { errorCode: errors.REBALANCE_IN_PROGRESS };
    return group.sync(member, options.assignments);
  }

  heartbeat(reference: MemberReference): ErrorCode {
    const found = this.findMember(reference);
    if (!found.member) return found.errorCode;
    if (!found.member.answerJoin && !found.member.answerSync) found.group.touch(found.member);
    return found.group.state === 'PreparingRebalance' ? errors.REBALANCE_IN_PROGRESS : errors.NONE;
  }

  leave(groupId: string, memberId: string, options: { groupInstanceId: string | null }): ErrorCode {
    const group = this.groups.get(groupId);
    if (!group) return errors.UNKNOWN_MEMBER_ID;
    const instance = group.staticMember(options.groupInstanceId);
    if (options.groupInstanceId !== null) {
      if (!instance) return errors.UNKNOWN_MEMBER_ID;
      if (memberId !== '' && memberId !== instance.id) return errors.FENCED_INSTANCE_ID;
      group.remove(instance);
      return errors.NONE;
    }
    if (group.unreserve(memberId)) return errors.NONE;
    const member = group.members.get(memberId);
    if (!member) return errors.UNKNOWN_MEMBER_ID;
    group.remove(member);
    return errors.NONE;
  }

  /** Whether a commit of positions is allowed to this member; a transactional one without a member always is. */
  checkCommit(reference: MemberReference, options: { isTransactional: boolean }): ErrorCode {
    const group = this.groups.get(reference.groupId);
    const isManaged =
      reference.generationId >= 0 || reference.memberId !== '' || reference.groupInstanceId !== null;
    if (!group && reference.generationId >= 0) return errors.ILLEGAL_GENERATION;
    if (!group || (reference.generationId < 0 && group.state === 'Empty')) {
      this.findOrCreate(reference.groupId);
      return errors.NONE;
    }
    if (isManaged) {
      const found = this.findMember(reference);
      if (!found.member) return found.errorCode;
      if (!found.member.answerJoin && !found.member.answerSync) group.touch(found.member);
    } else if (!options.isTransactional) return errors.UNKNOWN_MEMBER_ID;
    const isBetween = group.state === 'CompletingRebalance' && !options.isTransactional;
    return isBetween ? errors.REBALANCE_IN_PROGRESS : errors.NONE;
  }

  private findMember(
    reference: MemberReference,
  ): { group: Group; member: Member } | { member: undefined; errorCode: ErrorCode } {
    const refused = (errorCode: ErrorCode) => ({ member: undefined, errorCode });
    if (reference.groupId === '') return refused(errors.INVALID_GROUP_ID);
    const group = this.groups.get(reference.groupId);
    if (!group) return refused(errors.UNKNOWN_MEMBER_ID);
    const instance = group.staticMember(reference.groupInstanceId);
    if (reference.groupInstanceId !== null && !instance) return refused(errors.UNKNOWN_MEMBER_ID);
    if (instance && instance.id !== reference.memberId) return refused(errors.FENCED_INSTANCE_ID);
    const member = group.members.get(reference.memberId);
    if (!member) return refused(errors.UNKNOWN_MEMBER_ID);
    return reference.generationId === group.generation
      ? { group, member }
      : refused(errors.ILLEGAL_GENERATION);
  }

  delete(groupId: string): ErrorCode {
    const group = this.groups.get(groupId);
    if (!group) return errors.GROUP_ID_NOT_FOUND;
    if (group.state !== 'Empty') return errors.NON_EMPTY_GROUP;
    group.close();
    this.groups.delete(groupId);
    this.offsets.remove(groupId, () => true);
    return errors.NONE;
  }

  /** Forgets groups that have had neither members nor commits for the retention time. */
  expire(now: number): void {
    const before = now - this.options.offsetsRetentionMs;
    for (const [groupId, group] of this.groups) {
      if (group.state !== 'Empty' || group.pending.size > 0) continue;
      if (group.emptySince < before) this.offsets.remove(groupId, (position) => position.at < before);
      const isIdle = group.emptySince < now - IDLE_GROUP_MS;
      if (isIdle && this.offsets.ofGroup(groupId).length === 0) this.groups.delete(groupId);
    }
  }

  close(): void {
    for (const group of this.groups.values()) group.close();
  }
}

function joinAs(group: Group, request: JoinRequest, memberId: string): Promise<JoinResult> {
  return group.join(newMember(request, memberId), request.protocolType);
}

/** A static member comes back under a new id, and takes the place of the old one (KIP-345). */
function replaceStatic(group: Group, old: Member, options: { request: JoinRequest; memberId: string }) {
  const { request, memberId } = options;
  const member = newMember(request, memberId);
  const isSame = offersSame(old, request.protocols);
  member.assignment = old.assignment;
  clearTimeout(old.session);
  old.answerJoin?.({ errorCode: errors.FENCED_INSTANCE_ID, memberId: old.id });
  old.answerSync?.({ errorCode: errors.FENCED_INSTANCE_ID });
  group.members.delete(old.id);
  group.members.set(member.id, member);
  const wasLeader = group.leader === old.id;
  if (wasLeader) group.leader = member.id;
  if (group.state === 'Stable' && isSame) {
    group.touch(member);
    if (request.supportsSkip || !wasLeader) return group.joinResult(member, { skipAssignment: wasLeader });
    /* An older client must not take itself for the leader, or it would assign anew; so it is told the old id. */
    return { ...group.joinResult(member), leader: old.id, members: [] };
  }
  return group.join(member, request.protocolType);
}

function newMember(request: JoinRequest, id: string): Member {
  return {
    id,
    instanceId: request.groupInstanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: rebalanceTimeout(request),
    protocols: copyProtocols(request.protocols),
    assignment: Buffer.alloc(0),
    answerJoin: undefined,
    answerSync: undefined,
    session: undefined,
  };
}

function rebalanceTimeout(request: JoinRequest): number {
  return request.rebalanceTimeoutMs > 0 ? request.rebalanceTimeoutMs : request.sessionTimeoutMs;
}

/** Metadata outlives its request: a view would keep the whole frame in memory. */
function copyProtocols(protocols: readonly MemberProtocol[]): MemberProtocol[] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }));
}
