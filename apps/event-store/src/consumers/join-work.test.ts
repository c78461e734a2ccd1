import { describe, expect, it } from '@jest/globals';
import { joinWork } from './join-work.ts';

describe('joinWork', () => {
  function recorder({ maxWeight = 10, undone = '' } = {}) {
    const runs: string[][] = [];
    const failures: unknown[] = [];
    const join = joinWork<string>(
      (items) => {
        runs.push(items);
        if (items.includes('broken')) return Promise.reject(new Error('broken'));
        return Promise.resolve(new Set(items.filter((item) => item !== undone)));
      },
      { maxWeight, onFailure: (error) => failures.push(error) },
    );
    return { runs, failures, join };
  }

  it('joins what comes together, up to the weight', async () => {
    const { runs, join } = recorder();
    const all = ['a', 'b', 'c', 'd'].map((item) => join(item, 4));
    expect(await Promise.all(all)).toEqual([true, true, true, true]);
    expect(runs).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('joins what comes while one is underway, and runs again later', async () => {
    const { runs, join } = recorder();
    await join('a', 1);
    await Promise.all([join('b', 99), join('c', 1)]);
    expect(runs).toEqual([['a'], ['b'], ['c']]);
  });

  it('tells what was not done, and what failed', async () => {
    const { failures, join } = recorder({ undone: 'b' });
    expect(await Promise.all([join('a', 1), join('b', 1)])).toEqual([true, false]);
    expect(await Promise.all([join('a', 1), join('broken', 1)])).toEqual([false, false]);
    expect(failures).toHaveLength(1);
    expect(await join('c', 1)).toBe(true);
  });
});
