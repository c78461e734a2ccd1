import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds to wait before attempt `failures + 1`: doubled each time, up to `maxMs`, spread by a fifth. */
export function backoffMs(failures: number, { firstMs = 50, maxMs = 5_000 } = {}): number {
  const base = Math.min(maxMs, firstMs * 2 ** Math.min(failures, 20));
  return base * (0.9 + Math.random() * 0.2);
}

/** Waits; rejects with an AbortError as soon as the signal says so. */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal });
}

/** Resolves when the promise has settled, or after `ms`; says which. */
export async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, ms);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  const result = await Promise.race([settled, timeout]);
  clearTimeout(timer);
  return result;
}
