import type { OutcomeReply } from '@tributary/event-schemas';

/** Resolution of the time limit: a waiter is let go up to this much after its limit. */
const TICK_MS = 50;

/** Callers that wait for the outcome of their execution on this instance. */
export interface ReplyWaiters {
  /**
   * Waits for the reply to an execution: its outcome, or undefined at the time limit. Returns undefined at once when
   * as many callers wait as may.
   */
  wait(executionId: string): Promise<OutcomeReply | undefined> | undefined;
  /** Hands a reply to its caller. The first one counts; one that nobody waits for is left alone. */
  settle(executionId: string, reply: OutcomeReply | undefined): void;
  readonly size: number;
  /** Lets everyone go, without an outcome. */
  close(): void;
}

/**
 * Waiters in one bounded map and one timer wheel: a slot per tick, so that a caller costs no timer of its own and an
 * outcome in time costs a look-up only; what is found settled when its slot comes round is passed over.
 */
export function createReplyWaiters(options: { limitMs: number; maxWaiters: number }): ReplyWaiters {
  // One slot more than the limit has ticks, for the part of a tick that has passed already, and the one under the hand.
  const slotCount = Math.ceil(options.limitMs / TICK_MS) + 2;
  const slots: string[][] = Array.from({ length: slotCount }, () => []);
  const waiting = new Map<string, (reply: OutcomeReply | undefined) => void>();
  let current = 0;

  function settle(executionId: string, reply: OutcomeReply | undefined): void {
    const resolve = waiting.get(executionId);
    if (!resolve) return;
    waiting.delete(executionId);
    resolve(reply);
  }

  // The wheel never skips a slot, so a stalled process lets its waiters go later, never too early.
  const wheel = setInterval(() => {
    current = (current + 1) % slotCount;
    const due = slots[current]!;
    slots[current] = [];
    for (const executionId of due) settle(executionId, undefined);
  }, TICK_MS).unref();

  return {
    wait(executionId) {
      if (waiting.size >= options.maxWaiters) return undefined;
      // The slot behind the hand is the one it reaches last: a whole turn from now.
      slots[(current + slotCount - 1) % slotCount]!.push(executionId);
      return new Promise((resolve) => waiting.set(executionId, resolve));
    },
    settle,
    get size() {
      return waiting.size;
    },
    close() {
      clearInterval(wheel);
      for (const executionId of waiting.keys()) settle(executionId, undefined);
    },
  };
}
