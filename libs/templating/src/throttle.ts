import { LRUCache } from 'lru-cache';
import { LimitError } from './errors.ts';

/** Keeps a template that runs into its limits again and again from taking its neighbours' time. */
export interface Throttle {
  /**
   * Runs a render for a key (a webhook's id). After a render that hit a limit the key has to wait, twice as long each
   * time; what comes earlier is refused with a LimitError named `throttled`, at no cost. A render within its limits ends
   * the waiting.
   */
  run<T>(key: string, render: () => T): T;
}

interface Penalty {
  /** When the key may run again, on the clock of `now`. */
  until: number;
  waitMs: number;
}

export interface ThrottleOptions {
  /** The wait after the first render that hit a limit. */
  firstWaitMs?: number;
  longestWaitMs?: number;
  /** A monotonic clock in milliseconds. */
  now?: () => number;
}

export function createThrottle({
  firstWaitMs = 1000,
  longestWaitMs = 30_000,
  now = () => performance.now(),
}: ThrottleOptions = {}): Throttle {
  const penalties = new LRUCache<string, Penalty>({ max: 10_000 });
  return {
    run(key, render) {
      const penalty = penalties.get(key);
      if (penalty && now() < penalty.until) {
        const seconds = Math.ceil((penalty.until - now()) / 1000);
        throw new LimitError(
          'throttled',
          seconds,
          `The template ran into its limits; it is tried again in ${seconds} s.`,
        );
      }
      try {
        const result = render();
        penalties.delete(key);
        return result;
      } catch (error) {
        if (error instanceof LimitError) {
          const waitMs = Math.min(longestWaitMs, penalty ? penalty.waitMs * 2 : firstWaitMs);
          penalties.set(key, { until: now() + waitMs, waitMs });
        } else {
          penalties.delete(key);
        }
        throw error;
      }
    },
  };
}
