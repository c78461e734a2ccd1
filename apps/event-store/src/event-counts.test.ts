import { describe, expect, it } from '@jest/globals';
import { timeBuckets } from './event-counts.ts';

const now = Date.parse('2026-06-30T12:34:56Z');
const count = (since: string, until: string, options: Partial<Parameters<typeof timeBuckets>[1]> = {}) =>
  timeBuckets({ since, until }, { unit: 'day', interval: 1, now, ...options });

describe('timeBuckets', () => {
  it('counts from Monday, 1 April 2024, also before it', () => {
    const day = 86_400_000_000n;
    expect(count('2024-04-01T00:00:00Z', '2024-04-02T12:00:00Z')).toEqual({
      ok: true,
      buckets: { first: 0n, count: 2, sizeUs: day },
    });
    expect(count('2024-03-31T23:59:59.999999Z', '2024-04-01T00:00:00.000001Z')).toMatchObject({
      buckets: { first: -1n, count: 2 },
    });
    expect(count('2024-04-03T00:00:00Z', '2024-04-03T01:00:00Z', { unit: 'week' })).toMatchObject({
      buckets: { first: 0n, count: 1 },
    });
  });

  it('takes parts of a unit', () => {
    expect(
      count('2024-04-01T00:00:00Z', '2024-04-01T01:00:00Z', { unit: 'hour', interval: 0.25 }),
    ).toMatchObject({
      buckets: { count: 4, sizeUs: 900_000_000n },
    });
  });

  it('ends with the unit that is now, and has none where the range is empty', () => {
    expect(count('2026-06-29T00:00:00Z', '2026-07-09T00:00:00Z')).toMatchObject({ buckets: { count: 2 } });
    expect(count('2026-06-29T00:00:00Z', '2026-06-20T00:00:00Z')).toMatchObject({ buckets: { count: 0 } });
  });

  it('refuses more than 1000', () => {
    const since = '2024-04-01T00:00:00Z';
    expect(count(since, '2024-04-01T00:16:40Z', { unit: 'second' })).toMatchObject({
      ok: true,
      buckets: { count: 1000 },
    });
    expect(count(since, '2024-04-01T00:16:40.000001Z', { unit: 'second' })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('1001 buckets'),
    });
  });
});
