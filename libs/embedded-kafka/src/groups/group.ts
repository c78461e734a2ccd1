import { errors } from '../protocol/errors.ts';
import { electProtocol, isKnownToAll } from './member.ts';
import type { JoinResult, Member, MemberProtocol, SyncResult } from './member.ts';

/** The states of the classic group protocol, by the names that clients see. */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

const NO_ASSIGNMENT = Buffer.alloc(0);

/**
 * One group: its members and the rebalance they take part in. A rebalance gathers joins until every member has joined
 * or the slowest member's rebalance time-out has passed, answers them, and waits for the leader's assignment.
 */
export class Group {
  readonly id: string;
  state: GroupState = 'Empty';
  generation = 0;
  protocolType = '';
  protocolName: string | null = null;
  leader = '';
  readonly members = new Map<string, Member>();
  /** Member ids that were handed out and not yet used to join, with the timers that forget them. */
  readonly pending = new Map<string, NodeJS.Timeout>();
  /** Wall clock since when the group has had no members. */
  emptySince = Date.now();
  private readonly initialDelayMs: number;
  private timer: NodeJS.Timeout | undefined;
  private isDelayed = false;

  constructor(id: string, options: { initialDelayMs: number }) {
    this.id = id;
    this.initialDelayMs = options.initialDelayMs;
  }

  private get all(): Member[] {
    return [...this.members.values()];
  }

  /** The member of a static instance id (KIP-345). */
  staticMember(instanceId: string | null): Member | undefined {
    return instanceId === null ? undefined : this.all.find((member) => member.instanceId === instanceId);
  }

  /** Whether a newcomer's strategies go together with those of the members there are, besides `except`. */
  accepts(protocolType: string, protocols: readonly MemberProtocol[], except?: Member): boolean {
    if (protocolType === '' || protocols.length === 0) return false;
    const others = this.all.filter((member) => member !== except);
    if (others.length === 0) return true;
    return protocolType === this.protocolType && protocols.some(({ name }) => isKnownToAll(others, name));
  }

  /** Hands out a member id that must be used within the time-out (KIP-394). */
  reserve(memberId: string, timeoutMs: number): void {
    const expire = () => {
      this.pending.delete(memberId);
      this.advance();
    };
    this.pending.set(memberId, setTimeout(expire, timeoutMs));
  }

  /** Takes a reserved id back; false if it is not reserved. */
  unreserve(memberId: string): boolean {
    clearTimeout(this.pending.get(memberId));
    return this.pending.delete(memberId);
  }

  /** A member joins or joins again; resolves when the rebalance completes. */
  join(member: Member, protocolType: string): Promise<JoinResult> {
    this.members.set(member.id, member);
    this.protocolType = protocolType;
    clearTimeout(member.session);
    member.answerJoin?.({ errorCode: errors.UNKNOWN_MEMBER_ID, memberId: member.id });
    const answer = new Promise<JoinResult>((resolve) => {
      member.answerJoin = resolve;
    });
    if (this.state === 'PreparingRebalance') this.advance();
    else this.rebalance();
    return answer;
  }

  /** Starts to gather the members again. */
  rebalance(): void {
    for (const member of this.all) this.answerSync(member, { errorCode: errors.REBALANCE_IN_PROGRESS });
    this.isDelayed = this.state === 'Empty' && this.initialDelayMs > 0;
    this.state = 'PreparingRebalance';
    const timeoutMs = this.isDelayed
      ? this.initialDelayMs
      : Math.max(...this.all.map((m) => m.rebalanceTimeoutMs));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.complete(), timeoutMs);
    this.advance();
  }

  /** Completes the rebalance if nobody is missing. */
  private advance(): void {
    if (this.state !== 'PreparingRebalance' || this.isDelayed || this.pending.size > 0) return;
    if (this.all.every((member) => member.answerJoin)) this.complete();
  }

  private complete(): void {
    clearTimeout(this.timer);
    this.isDelayed = false;
    for (const member of this.all) {
      /* A static member keeps its place while its session lasts; any other that did not come back is gone. */
      if (!member.answerJoin && member.instanceId === null) this.drop(member);
    }
    this.generation++;
    if (this.members.size === 0) {
      this.becomeEmpty();
      return;
    }
    const members = this.all;
    this.protocolName = electProtocol(members);
    if (!this.members.get(this.leader)?.answerJoin) this.leader = members.find((m) => m.answerJoin)?.id ?? '';
    this.state = 'CompletingRebalance';
    for (const member of members) {
      this.touch(member);
      const answer = member.answerJoin;
      member.answerJoin = undefined;
      answer?.(this.joinResult(member));
    }
    const timeoutMs = Math.max(...members.map((member) => member.rebalanceTimeoutMs));
    this.timer = setTimeout(() => this.dropUnsynced(), timeoutMs);
  }

  private becomeEmpty(): void {
    clearTimeout(this.timer);
    this.state = 'Empty';
    this.emptySince = Date.now();
    this.protocolName = null;
    this.leader = '';
  }

  private dropUnsynced(): void {
    const unsynced = this.all.filter((member) => !member.answerSync);
    for (const member of unsynced) this.drop(member);
    this.afterRemoval();
  }

  /** What a member is told of the present generation; the leader is told of everyone. */
  joinResult(member: Member, options: { skipAssignment?: boolean } = {}): JoinResult {
    const name = this.protocolName;
    const metadataOf = (m: Member) => m.protocols.find((p) => p.name === name)?.metadata ?? NO_ASSIGNMENT;
    const isLeader = member.id === this.leader;
    return {
      errorCode: errors.NONE,
      generationId: this.generation,
      protocolType: this.protocolType,
      protocolName: name,
      leader: this.leader,
      skipAssignment: options.skipAssignment ?? false,
      memberId: member.id,
      members: isLeader
        ? this.all.map((m) => ({ memberId: m.id, groupInstanceId: m.instanceId, metadata: metadataOf(m) }))
        : [],
    };
  }

  /** A member asks for its assignment, the leader brings everyone's; resolves when it is known. */
  sync(
    member: Member,
    assignments: readonly { memberId: string; assignment: Buffer }[],
  ): Promise<SyncResult> {
    if (this.state === 'Stable') {
      this.touch(member);
      return Promise.resolve(this.syncResult(member));
    }
    clearTimeout(member.session);
    this.answerSync(member, { errorCode: errors.REBALANCE_IN_PROGRESS });
    const answer = new Promise<SyncResult>((resolve) => {
      member.answerSync = resolve;
    });
    if (member.id === this.leader) {
      const byMember = new Map(assignments.map((item) => [item.memberId, item.assignment]));
      clearTimeout(this.timer);
      this.state = 'Stable';
      for (const each of this.all) {
        each.assignment = Buffer.from(byMember.get(each.id) ?? NO_ASSIGNMENT);
        this.answerSync(each, this.syncResult(each));
        this.touch(each);
      }
    }
    return answer;
  }

  private syncResult(member: Member): SyncResult {
    return {
      errorCode: errors.NONE,
      protocolType: this.protocolType,
      protocolName: this.protocolName,
      assignment: member.assignment,
    };
  }

  private answerSync(member: Member, result: SyncResult): void {
    const answer = member.answerSync;
    member.answerSync = undefined;
    answer?.(result);
  }

  /** Restarts a member's session; while a join or sync of it waits here, it needs none. */
  touch(member: Member): void {
    clearTimeout(member.session);
    member.session = setTimeout(() => {
      if (!member.answerJoin && !member.answerSync) this.remove(member);
    }, member.sessionTimeoutMs);
  }

  /** A member leaves, or its session is over. */
  remove(member: Member): void {
    this.drop(member);
    this.afterRemoval();
  }

  private drop(member: Member): void {
    clearTimeout(member.session);
    this.members.delete(member.id);
    member.answerJoin?.({ errorCode: errors.UNKNOWN_MEMBER_ID, memberId: member.id });
    this.answerSync(member, { errorCode: errors.UNKNOWN_MEMBER_ID });
    member.answerJoin = undefined;
  }

  private afterRemoval(): void {
    if (this.state === 'PreparingRebalance') {
      if (this.members.size === 0 && this.pending.size === 0) this.complete();
      else this.advance();
    } else if (this.state !== 'Empty' && this.state !== 'Dead') {
      if (this.members.size > 0) this.rebalance();
      else {
        this.generation++;
        this.becomeEmpty();
      }
    }
  }

  /** Ends the group: everyone who waits is sent away, all timers stop. */
  close(): void {
    this.state = 'Dead';
    clearTimeout(this.timer);
    for (const timer of this.pending.values()) clearTimeout(timer);
    for (const member of this.all) this.drop(member);
  }
}
