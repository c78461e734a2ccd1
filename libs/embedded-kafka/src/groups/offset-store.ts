import { Journal } from '../log/journal.ts';

/** A committed position. */
export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  /** Wall clock of the commit. */
  readonly at: number;
}

/** A partition's name in a group. */
export interface GroupPartition {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

/** A committed position with its place. */
export type Position = GroupPartition & CommittedOffset;

interface Entry extends GroupPartition, CommittedOffset {
  /** Producer whose open transaction holds this position back; committed positions have none. */
  readonly producerId?: number;
}

const NO_OFFSETS: ReadonlyMap<string, Entry> = new Map();

/** The committed offsets of all groups, and those that wait for the end of a transaction, in a journal. */
export class OffsetStore {
  private readonly journal: Journal<Entry>;
  private readonly committed = new Map<string, Map<string, Entry>>();
  private readonly pending = new Map<number, Map<string, Entry>>();

  constructor(file: string, options: { fsync: boolean; warn: (message: string) => void }) {
    this.journal = new Journal<Entry>(file, options);
    for (const [key, entry] of this.journal.entries) this.index(key, entry);
  }

  private index(key: string, entry: Entry): void {
    if (entry.producerId === undefined) childMap(this.committed, entry.groupId).set(key, entry);
    else childMap(this.pending, entry.producerId).set(key, entry);
  }

  /** Commits positions, all of them or none. Those of a producer's transaction count once it is committed. */
  commit(positions: readonly Position[], producerId?: number): void {
    const changes = positions.map((position): [string, Entry] =>
      producerId === undefined
        ? [keyOf(position), position]
        : [`${producerId}\n${keyOf(position)}`, { ...position, producerId }],
    );
    this.write(changes);
  }

  private write(changes: readonly (readonly [string, Entry | null])[]): void {
    this.journal.write(changes);
    for (const [key, entry] of changes) if (entry) this.index(key, entry);
  }

  /** Ends a producer's transaction: what it held is committed or forgotten. Repeating it changes nothing. */
  settle(producerId: number, committed: boolean): void {
    const held = this.pending.get(producerId);
    if (!held) return;
    const changes: [string, Entry | null][] = [];
    for (const [key, { producerId: _, ...position }] of held) {
      changes.push([key, null]);
      if (committed) changes.push([keyOf(position), position]);
    }
    this.write(changes);
    this.pending.delete(producerId);
  }

  /** A group's position in a partition. */
  get(position: GroupPartition): CommittedOffset | undefined {
    return this.committed.get(position.groupId)?.get(keyOf(position));
  }

  /** All positions of a group. */
  ofGroup(groupId: string): Position[] {
    return [...(this.committed.get(groupId) ?? NO_OFFSETS).values()];
  }

  /** Whether an open transaction is about to move a group's position in a partition. */
  isUnstable(position: GroupPartition): boolean {
    const key = keyOf(position);
    for (const [producerId, held] of this.pending) if (held.has(`${producerId}\n${key}`)) return true;
    return false;
  }

  /** Groups that have positions. */
  groupIds(): string[] {
    return [...this.committed.keys()];
  }

  /** Forgets positions of a group: those for which `doomed` says so. */
  remove(groupId: string, doomed: (position: Position) => boolean): void {
    const positions = this.committed.get(groupId);
    if (!positions) return;
    const keys = [...positions].filter(([, entry]) => doomed(entry)).map(([key]) => key);
    this.journal.write(keys.map((key) => [key, null] as const));
    for (const key of keys) positions.delete(key);
    if (positions.size === 0) this.committed.delete(groupId);
  }

  /** Forgets all positions in a topic that is deleted. */
  removeTopic(topic: string): void {
    for (const groupId of this.groupIds()) this.remove(groupId, (position) => position.topic === topic);
  }

  close(): void {
    this.journal.close();
  }
}

function keyOf(position: GroupPartition): string {
  return `${position.groupId}\n${position.topic}\n${position.partition}`;
}

function childMap<K>(maps: Map<K, Map<string, Entry>>, key: K): Map<string, Entry> {
  let child = maps.get(key);
  if (!child) {
    child = new Map();
    maps.set(key, child);
  }
  return child;
}
