import { setTimeout as delay } from 'node:timers/promises';

/**
 * Settings of an ingress that waits for what a loaded machine does in its own time: for tests of what it does, not of
 * when it gives up.
 */
export const patience = { WAIT_LIMIT_MS: '60000', PUBLISH_TIMEOUT_MS: '60000', STALE_AFTER_MS: '60000' };

/**
 * Calls `fn` until it neither throws nor gives `false`, and resolves with what it gave. After `timeoutMs` it rejects
 * with the last error. Instead of a sleep: it waits no longer than needed and says what was missing.
 */
export async function eventually<T>(
  fn: () => T | Promise<T>,
  { timeoutMs = 60_000, intervalMs = 25 }: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<Exclude<T, false>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown = new Error(`Still false after ${timeoutMs} ms`);
    try {
      const value = await fn();
      if (value !== false) return value as Exclude<T, false>;
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= deadline) throw failure;
    await delay(intervalMs);
  }
}
