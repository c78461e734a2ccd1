import { LRUCache } from 'lru-cache';
import { LimitError } from './errors.ts';

/** Keeps a template that runs into its limits again and again from taking its neighbours' time. */
export interface Throttle {
  /**
   * Runs a render for a key (a webhook's id). The time of renders that hit a limit is a debt of the key, paid off slowly;
   * while a key owes too much, its renders are refused with a LimitError named `throttled`, at no cost. Renders within
   * their limits are free, and a key that hits a limit now and then never notices.
   */
  run<T>(key: string, render: () => T): T;
}

interface Debt {
  ms: number;
  /** When `ms` was right. */
  at: number;
}

export interface ThrottleOptions {
  /** The debt up to which a key may go on. */
  burstMs?: number;
  /** How much of a debt is paid off per second: the share of a thread's time that hostile renders of a key can take. */
  msPerSecond?: number;
  /** The clock by which debts are paid off, in milliseconds. */
  now?: () => number;
  /** The clock that measures renders, in milliseconds. */
  timer?: () => number;
}

export function createThrottle({
  burstMs = 10,
  msPerSecond = 1,
  now = () => performance.now(),
  timer = () => performance.now(),
}: ThrottleOptions = {}): Throttle {
  const debts = new LRUCache<string, Debt>({ max: 10_000 });
  const owed = (key: string): number => {
    const debt = debts.get(key);
    return debt ? Math.max(0, debt.ms - ((now() - debt.at) / 1000) * msPerSecond) : 0;
  };
  return {
    run(key, render) {
      const before = owed(key);
      if (before > burstMs) {
        const seconds = Math.ceil((before - burstMs) / msPerSecond);
        const message = `The template ran into its limits too often; it is tried again in ${seconds} s.`;
        throw withoutStack(() => new LimitError('throttled', burstMs, message));
      }
      const start = timer();
      try {
        return render();
      } catch (error) {
        if (error instanceof LimitError) debts.set(key, { ms: before + timer() - start, at: now() });
        throw error;
      }
    },
  };
}

/** Refusing has to be cheap, and most of an error's cost is its stack. */
function withoutStack(make: () => LimitError): LimitError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
