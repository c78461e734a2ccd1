import { describe, expect, it } from '@jest/globals';
import { borrowBuffer, giveBack } from './read-buffers.ts';

const LARGE = 1 << 20;

describe('buffers for reads', () => {
  it('are used again once they are given back, by any of their parts', () => {
    const first = borrowBuffer(LARGE);
    giveBack(first.subarray(10, 20));
    expect(borrowBuffer(LARGE - 1000).buffer).toBe(first.buffer);
  });

  it('are lent to one at a time, even when one is given back twice', () => {
    const first = borrowBuffer(LARGE);
    giveBack(first);
    giveBack(first);
    const [second, third] = [borrowBuffer(LARGE), borrowBuffer(LARGE)];
    expect(second.buffer).not.toBe(third.buffer);
  });

  it('are not kept when they are small, foreign, or too many', () => {
    const foreign = Buffer.alloc(LARGE);
    giveBack(foreign);
    const many = Array.from({ length: 20 }, () => borrowBuffer(LARGE));
    expect(many.some(({ buffer }) => buffer === foreign.buffer)).toBe(false);
    many.forEach(giveBack);
    const kept = new Set(many.map(({ buffer }) => buffer));
    const again = Array.from({ length: 20 }, () => borrowBuffer(LARGE));
    expect(again.filter(({ buffer }) => kept.has(buffer))).toHaveLength(8);
  });
});
