import type { Reply } from '@tributary/event-schemas';

/** What the callers of this instance are answered by consumers, or still wait for, by execution: for duplicates of theirs. */
export interface SharedAnswers {
  /** `reply`: what its caller waits for; undefined when nothing came in time. Never rejects. */
  add(executionId: string, reply: Promise<Reply | undefined>): void;
  /** Undefined: not known here. */
  find(executionId: string): Promise<Reply | undefined> | undefined;
}

/** What an entry weighs beside the text of its answer. */
const BYTES_EACH = 500;

interface Entry {
  reply: Promise<Reply | undefined>;
  bytes: number;
}

/** Bounds memory: past `maxBytes` the oldest answers are forgotten, which the event store still has. */
export function createSharedAnswers({ maxBytes }: { maxBytes: number }): SharedAnswers {
  // In the order of insertion, so the first is the oldest.
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function weigh(executionId: string, entry: Entry, weight: number): void {
    // It may be forgotten already.
    if (entries.get(executionId) !== entry) return;
    bytes += weight - entry.bytes;
    entry.bytes = weight;
    for (const [id, oldest] of entries) {
      if (bytes <= maxBytes) return;
      entries.delete(id);
      bytes -= oldest.bytes;
    }
  }

  return {
    add(executionId, reply) {
      const entry = { reply, bytes: 0 };
      entries.set(executionId, entry);
      weigh(executionId, entry, BYTES_EACH);
      void reply.then((given) => {
        weigh(executionId, entry, BYTES_EACH + textLength(given));
      });
    },
    find: (executionId) => entries.get(executionId)?.reply,
  };
}

/** In bytes, as an engine may hold it. */
function textLength(reply: Reply | undefined): number {
  const text = reply && ('body' in reply ? reply.body : reply.error);
  return 2 * (typeof text === 'string' ? text.length : 0);
}
