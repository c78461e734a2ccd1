import { describe, expect, it } from '@jest/globals';
import { chooseReplyPartition } from './reply-partition.ts';

describe('the partition of an instance', () => {
  it.each([
    ['0', 0],
    ['ingress-3', 3],
    ['ingress-17', 1],
  ])('of %s is %i of 16', (instance, partition) => {
    expect(chooseReplyPartition(instance, 16)).toBe(partition);
  });

  it('is any existing one for an id that counts nothing', () => {
    for (let index = 0; index < 100; index++) {
      expect([0, 1, 2]).toContain(chooseReplyPartition('7f9c4-x2k9f', 3));
    }
  });
});
