import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionForKey } from './partitioning.ts';

describe('murmur2', () => {
  // From `UtilsTest.testMurmur2` of Apache Kafka's Java client.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('gives %s the hash that Java gives it', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

describe('partitionForKey', () => {
  it('gives text and its bytes the same partition, within the topic', () => {
    for (let count = 1; count < 20; count++) {
      const partition = partitionForKey('schlüssel', count);
      expect(partition).toBe(partitionForKey(Buffer.from('schlüssel'), count));
      expect(partition).toBeLessThan(count);
      expect(partition).toBeGreaterThanOrEqual(0);
    }
  });
});
