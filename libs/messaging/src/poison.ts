import { backoffMs, wait } from './backoff.ts';

/** How often a batch may fail for a reason that no waiting helps, before the record to blame is searched for. */
const ATTEMPTS = 5;

export interface PoisonPolicy<T> {
  /** Does the work, all or nothing. */
  attempt(records: T[]): Promise<void>;
  /** Puts aside a record that fails by itself. */
  giveUp(record: T, error: unknown): Promise<void>;
  /** Whether the failure will pass: an outage is not poison, and is waited for as long as it lasts. */
  isRetryable(error: unknown): boolean;
  /** Whether the work ends with this error, done or not. */
  endsWork?(error: unknown): boolean;
  onFailure(error: unknown, failures: number): void;
  /** Ends the waiting; what was not done stays undone. */
  signal: AbortSignal;
  /** Milliseconds before the next attempt, after so many failures. */
  backoffMs?(failures: number): number;
}

/**
 * Does the work on records in their order, until all are done or put aside. Rejects only when the signal ends it, with
 * an error that ends it, and with what `giveUp` rejects with.
 */
export async function workThrough<T>(
  records: T[],
  policy: PoisonPolicy<T>,
  attempts = ATTEMPTS,
): Promise<void> {
  let waits = 0;
  for (let failures = 0; ;) {
    try {
      await policy.attempt(records);
      return;
    } catch (error) {
      policy.signal.throwIfAborted();
      if (policy.endsWork?.(error) === true) throw error;
      policy.onFailure(error, ++waits);
      if (!policy.isRetryable(error) && ++failures >= attempts) {
        await divide(records, policy, error);
        return;
      }
    }
    await wait(policy.backoffMs?.(waits) ?? backoffMs(waits - 1), policy.signal);
  }
}

/** Halves are tried once each: the whole has shown that repetition does not help. */
async function divide<T>(records: T[], policy: PoisonPolicy<T>, error: unknown): Promise<void> {
  if (records.length === 1) {
    await policy.giveUp(records[0]!, error);
    return;
  }
  const middle = Math.ceil(records.length / 2);
  await workThrough(records.slice(0, middle), policy, 1);
  await workThrough(records.slice(middle), policy, 1);
}
