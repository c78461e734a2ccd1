import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until there is an answer, or until `timeoutMs` have passed: then undefined. */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  { timeoutMs, intervalMs = 50 }: { timeoutMs: number; intervalMs?: number },
): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= end) return answer;
    await pause(intervalMs);
  }
}
