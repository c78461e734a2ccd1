import { describe, expect, it } from '@jest/globals';
import { normalizeInstant } from './time.ts';

describe('an instant', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z'],
    ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500000Z'],
    ['2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00Z'],
    ['2026-01-31T12:00:00.012Z', '2026-01-31T12:00:00.012000Z'],
    ['2026-01-31T12:00:00.000001Z', '2026-01-31T12:00:00.000001Z'],
    ['2026-01-31T12:00:00.000000Z', '2026-01-31T12:00:00Z'],
    ['2026-01-31T12:00:00.123456789Z', '2026-01-31T12:00:00.123456Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00Z'],
    ['2026-01-31 12:00', '2026-01-31T12:00:00Z'],
    ['2026-01-31', '2026-01-31T00:00:00Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ])('%s is %s', (text, expected) => {
    expect(normalizeInstant(text)).toBe(expected);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00.5Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00.Z',
    'yesterday',
  ])('%s is none', (text) => {
    expect(normalizeInstant(text)).toBeUndefined();
  });

  it('is every day of four years as the calendar has it', () => {
    for (let year = 2023; year <= 2026; year++) {
      for (let month = 1; month <= 12; month++) {
        for (let day = 1; day <= 31; day++) {
          const date = [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
          const exists = new Date(`${date}T00:00:00Z`).getUTCDate() === day;
          expect([date, normalizeInstant(`${date}T00:00:00Z`) !== undefined]).toEqual([date, exists]);
        }
      }
    }
  });
});
