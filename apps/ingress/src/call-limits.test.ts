import { describe, expect, it } from '@jest/globals';
import { createCallLimits } from './call-limits.ts';

const hook = (id: string, requestsPerSecond: number | null, concurrency: number | null) => ({
  id,
  requestsPerSecond,
  concurrency,
});

describe("a webhook's limits", () => {
  it('name the one that is exceeded', () => {
    const limits = createCallLimits({ now: () => 0 });
    expect(limits.enter(hook('a', 1, 1))).toBeUndefined();
    expect(limits.enter(hook('a', 1, 1))).toEqual({ limit: 'rate', perSecond: 1, retryAfterMs: 1_000 });
    expect(limits.enter(hook('a', null, 1))).toEqual({ limit: 'concurrency', atOnce: 1 });
  });

  it('give a place back', () => {
    const limits = createCallLimits({ now: () => 0 });
    limits.enter(hook('a', null, 1));
    limits.leave('a');
    expect(limits.enter(hook('a', null, 1))).toBeUndefined();
  });

  it('are those of each webhook alone', () => {
    const limits = createCallLimits({ now: () => 0 });
    limits.enter(hook('a', 1, null));
    expect(limits.enter(hook('b', 1, null))).toBeUndefined();
  });

  it('remember nothing of a webhook that has none, also when its calls end', () => {
    const limits = createCallLimits();
    expect(limits.enter(hook('a', null, null))).toBeUndefined();
    limits.leave('a');
    expect(limits.size).toBe(0);
  });

  it('forget webhooks that nobody calls, and no others', () => {
    let now = 0;
    const limits = createCallLimits({ now: () => now });
    limits.enter(hook('busy', null, 1));
    for (let index = 0; index < 9_999; index++) {
      limits.enter(hook(`w${index}`, 50, 100));
      limits.leave(`w${index}`);
    }
    expect(limits.size).toBe(10_000);
    now = 2_000;
    limits.enter(hook('next', 50, 100));
    expect(limits.size).toBe(2);
    expect(limits.enter(hook('busy', null, 1))).toBeDefined();
  });
});
