import type { MessagingAdmin } from '@tributary/messaging';

/** How many records of a topic wait for a group: what replays give way to. */
export interface Backlog {
  /** As of this moment or shortly before it. */
  size: () => Promise<number>;
}

/** Two questions to the broker each time: not more often than this. */
const MAX_AGE_MS = 500;

export function createBacklog(
  admin: Pick<MessagingAdmin, 'watermarks' | 'committedOffsets'>,
  { groupId, topic, now = Date.now }: { groupId: string; topic: string; now?: () => number },
): Backlog {
  let known: { at: number; size: Promise<number> } | undefined;

  const ask = async (): Promise<number> => {
    const [marks, committed] = await Promise.all([
      admin.watermarks(topic),
      admin.committedOffsets(groupId, topic),
    ]);
    const waiting = marks.map(({ partition, low, high }) => high - (committed.get(partition) ?? low));
    return waiting.reduce((sum, count) => sum + Math.max(0, Number(count)), 0);
  };

  return {
    size: () => {
      if (known === undefined || now() - known.at >= MAX_AGE_MS) known = { at: now(), size: ask() };
      return known.size;
    },
  };
}
