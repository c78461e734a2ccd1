import type { Response } from '../protocol/apis.ts';

/** An assignment strategy that a member offers, with what it says about itself under it. The broker looks into neither. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** What a join is answered with. */
export type JoinResult = Response<'joinGroup'>;

/** What a sync is answered with. */
export type SyncResult = Response<'syncGroup'>;

/** A member of a group. */
export interface Member {
  readonly id: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly MemberProtocol[];
  assignment: Buffer;
  /** Answers the join that waits for the rebalance to complete. */
  answerJoin: ((result: JoinResult) => void) | undefined;
  /** Answers the sync that waits for the leader's assignment. */
  answerSync: ((result: SyncResult) => void) | undefined;
  session: NodeJS.Timeout | undefined;
}

/** Whether a member offers exactly these strategies with the same metadata. */
export function offersSame(member: Member, protocols: readonly MemberProtocol[]): boolean {
  if (member.protocols.length !== protocols.length) return false;
  return member.protocols.every((own, i) => {
    const other = protocols[i] as MemberProtocol;
    return own.name === other.name && own.metadata.equals(other.metadata);
  });
}

/** The strategy that all members know and most prefer; the first in a tie. */
export function electProtocol(members: readonly Member[]): string {
  const votes = new Map<string, number>();
  for (const member of members) {
    const choice = member.protocols.find((protocol) => isKnownToAll(members, protocol.name));
    if (choice) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
  }
  return [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best), ['', 0])[0];
}

/** Whether every member offers a strategy. */
export function isKnownToAll(members: readonly Member[], name: string): boolean {
  return members.every((member) => member.protocols.some((protocol) => protocol.name === name));
}
