import { describe, expect, it } from '@jest/globals';
import { createSlidingWindow } from './sliding-window.ts';

describe('a sliding second', () => {
  it('takes as many calls as its limit in any second, and says when the next may come', () => {
    const window = createSlidingWindow();
    expect([0, 400, 999, 999.5].map((ms) => window.take(3, ms))).toEqual([0, 0, 0, 0.5]);
    expect(window.take(3, 1_000)).toBe(0);
    expect(window.take(3, 1_001)).toBe(399);
    expect(window.take(3, 1_400)).toBe(0);
  });

  it('never takes more than its limit in one, where a window that jumps would take twice as many', () => {
    const window = createSlidingWindow();
    const taken: number[] = [];
    for (let ms = 0; ms < 5_000; ms += 1 + (ms % 7)) if (window.take(50, ms) === 0) taken.push(ms);
    for (const from of taken)
      expect(taken.filter((ms) => ms >= from && ms < from + 1_000).length).toBeLessThanOrEqual(50);
    expect(taken.length).toBeGreaterThan(200);
  });

  it('does not count what it refuses', () => {
    const window = createSlidingWindow();
    window.take(1, 0);
    for (let ms = 1; ms < 1_000; ms++) window.take(1, ms);
    expect(window.take(1, 1_000)).toBe(0);
  });

  it('grows with the calls that come, and forgets them', () => {
    const window = createSlidingWindow();
    let refused = 0;
    for (let index = 0; index < 100_000; index++) refused += window.take(1_000_000, index / 200);
    expect(refused).toBe(0);
    expect(window.isIdle(1_400)).toBe(false);
    expect(window.isIdle(1_500)).toBe(true);
  });

  it('heeds a limit that became lower', () => {
    const window = createSlidingWindow();
    for (const ms of [0, 100, 200, 300]) window.take(10, ms);
    expect(window.take(2, 400)).toBe(800);
    expect(window.take(2, 1_199)).toBe(1);
    expect(window.take(2, 1_200)).toBe(0);
  });
});
