import { createSlidingWindow } from './sliding-window.ts';
import type { SlidingWindow } from './sliding-window.ts';
import type { Hook } from './webhook-directory.ts';

/** The part of a webhook that its limits are. */
export type LimitedHook = Pick<Hook, 'id' | 'requestsPerSecond' | 'concurrency'>;

/** A limit that a call is over. */
export type Exceeded =
  { limit: 'rate'; perSecond: number; retryAfterMs: number } | { limit: 'concurrency'; atOnce: number };

/** What each webhook may take on this instance: calls in the last second, and calls at once. */
export interface CallLimits {
  /** Takes a place for a call, which {@link leave} gives back; or says which limit it is over. */
  enter(hook: LimitedHook): Exceeded | undefined;
  leave(webhookId: string): void;
  readonly size: number;
}

interface Traffic {
  window: SlidingWindow | undefined;
  inFlight: number;
}

/** So many webhooks are remembered before the first look at which of them are idle. */
const SWEEP_FROM = 10_000;

/**
 * Limits in the memory of this instance. They are counted by webhook, not by its version: a change of a webhook starts
 * nothing anew. A webhook without limits costs nothing.
 */
export function createCallLimits({ now = () => performance.now() }: { now?: () => number } = {}): CallLimits {
  const traffic = new Map<string, Traffic>();
  let sweepAt = SWEEP_FROM;

  function trafficOf(webhookId: string): Traffic {
    const known = traffic.get(webhookId);
    if (known) return known;
    if (traffic.size >= sweepAt) sweep();
    const made = { window: undefined, inFlight: 0 };
    traffic.set(webhookId, made);
    return made;
  }

  /** Idle webhooks need no remembering. Every sweep is paid for by as many calls of other webhooks. */
  function sweep(): void {
    const nowMs = now();
    for (const [id, { window, inFlight }] of traffic) {
      if (inFlight === 0 && (window === undefined || window.isIdle(nowMs))) traffic.delete(id);
    }
    sweepAt = Math.max(SWEEP_FROM, traffic.size * 2);
  }

  return {
    enter({ id, requestsPerSecond, concurrency }) {
      if (requestsPerSecond === null && concurrency === null) return undefined;
      const known = trafficOf(id);
      if (requestsPerSecond !== null) {
        known.window ??= createSlidingWindow();
        const retryAfterMs = known.window.take(requestsPerSecond, now());
        if (retryAfterMs > 0) return { limit: 'rate', perSecond: requestsPerSecond, retryAfterMs };
      }
      if (concurrency !== null && known.inFlight >= concurrency)
        return { limit: 'concurrency', atOnce: concurrency };
      known.inFlight++;
      return undefined;
    },
    leave(webhookId) {
      const known = traffic.get(webhookId);
      // Nothing is remembered of a webhook that had no limits when the call came.
      if (known && known.inFlight > 0) known.inFlight--;
    },
    get size() {
      return traffic.size;
    },
  };
}
