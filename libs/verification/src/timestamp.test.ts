import { describe, expect, it } from '@jest/globals';
import { parseTimestamp, writeTimestamp } from './timestamp.ts';

describe('parseTimestamp', () => {
  it.each([
    ['0', 'seconds', 0],
    ['1531420618', 'seconds', 1_531_420_618_000],
    ['1531420618123', 'milliseconds', 1_531_420_618_123],
    ['2021-07-25T10:00:00Z', 'iso8601', 1_627_207_200_000],
    ['2021-07-25T12:00:00.5+02:00', 'iso8601', 1_627_207_200_500],
    ['2021-07-25T12:00:00+0200', 'iso8601', 1_627_207_200_000],
  ] as const)('%s in %s', (text, format, ms) => {
    expect(parseTimestamp(text, format)).toBe(ms);
  });

  it.each([
    ['', 'seconds'],
    ['-1', 'seconds'],
    ['+1', 'seconds'],
    ['1e9', 'seconds'],
    ['0x10', 'seconds'],
    ['1531420618.5', 'seconds'],
    [' 1531420618', 'seconds'],
    ['1531420618153142061815314206181531420618', 'seconds'],
    ['NaN', 'milliseconds'],
    ['2021-07-25T10:00:00', 'iso8601'],
    ['2021-07-25', 'iso8601'],
    ['2021-13-45T10:00:00Z', 'iso8601'],
    ['1627207200', 'iso8601'],
  ] as const)('%j is none in %s', (text, format) => {
    expect(parseTimestamp(text, format)).toBeUndefined();
  });

  it.each(['seconds', 'milliseconds', 'iso8601'] as const)('reads what it writes in %s', (format) => {
    expect(parseTimestamp(writeTimestamp(1_627_207_200_000, format), format)).toBe(1_627_207_200_000);
  });
});
