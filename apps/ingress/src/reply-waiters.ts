import type { Reply } from '@tributary/event-schemas';

/** Resolution of the time limit: a waiter is let go up to this much after its limit. */
const TICK_MS = 50;

/** What a caller waits for. */
export interface Waiting {
  limitMs: number;
  /** Whether a reply answers it; one that does not is passed over. */
  accepts: (reply: Reply) => boolean;
}

/** Callers that wait for the outcome of their execution, or for a consumer's answer, on this instance. */
export interface ReplyWaiters {
  /**
   * Waits for the reply to an execution: undefined at the time limit. Returns undefined at once when as many callers
   * wait as may, or when nobody may wait any more.
   */
  wait(executionId: string, waiting: Waiting): Promise<Reply | undefined> | undefined;
  isAwaited(executionId: string): boolean;
  /** Hands a reply to its caller. The first one counts; one that nobody waits for is left alone. */
  settle(executionId: string, reply: Reply | undefined): void;
  readonly size: number;
  /** Lets nobody wait longer than that from now on, whatever their limits: for a stop. Returns at once. */
  letGoAfter(ms: number): void;
  /** Lets everyone go, without an outcome, and lets nobody wait from then on. */
  close(): void;
}

interface Waiter {
  accepts: Waiting['accepts'];
  resolve: (reply: Reply | undefined) => void;
}

/**
 * Waiters in one bounded map and one timer wheel: a slot per tick, so that a caller costs no timer of its own and an
 * outcome in time costs a look-up only; what is found settled when its slot comes round is passed over.
 */
export function createReplyWaiters(options: { maxLimitMs: number; maxWaiters: number }): ReplyWaiters {
  // One slot more than the limit has ticks, for the part of a tick that has passed already, and the one under the hand.
  const slotCount = Math.ceil(options.maxLimitMs / TICK_MS) + 2;
  const slots: string[][] = Array.from({ length: slotCount }, () => []);
  const waiters = new Map<string, Waiter>();
  let current = 0;
  let closed = false;

  function settle(executionId: string, reply: Reply | undefined): void {
    const waiter = waiters.get(executionId);
    if (!waiter || (reply !== undefined && !waiter.accepts(reply))) return;
    waiters.delete(executionId);
    waiter.resolve(reply);
  }

  function close(): void {
    closed = true;
    clearInterval(wheel);
    for (const executionId of waiters.keys()) settle(executionId, undefined);
  }

  // The wheel never skips a slot, so a stalled process lets its waiters go later, never too early.
  const wheel = setInterval(() => {
    current = (current + 1) % slotCount;
    const due = slots[current]!;
    slots[current] = [];
    for (const executionId of due) settle(executionId, undefined);
  }, TICK_MS).unref();

  return {
    wait(executionId, { limitMs, accepts }) {
      if (closed || waiters.size >= options.maxWaiters) return undefined;
      // One tick more, for the part of one that has passed already.
      const ticks = Math.ceil(Math.min(limitMs, options.maxLimitMs) / TICK_MS) + 1;
      slots[(current + ticks) % slotCount]!.push(executionId);
      return new Promise((resolve) => waiters.set(executionId, { accepts, resolve }));
    },
    isAwaited: (executionId) => waiters.has(executionId),
    settle,
    get size() {
      return waiters.size;
    },
    letGoAfter(ms) {
      setTimeout(close, ms).unref();
    },
    close,
  };
}
