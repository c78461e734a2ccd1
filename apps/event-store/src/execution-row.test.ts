import { describe, expect, it } from '@jest/globals';
import { executionDay } from './execution-row.ts';

describe('executionDay', () => {
  it.each([
    // The example of RFC 9562, A.6.
    ['017f22e2-79b0-7cc3-98c4-dc0c0c07398f', '2022-02-22'],
    ['00000000-0000-7000-8000-000000000000', '1970-01-01'],
    ['ffffffff-ffff-7fff-bfff-ffffffffffff', undefined],
    ['919108f7-52d1-4320-9bac-f847db4148a8', undefined],
  ])('%s', (id, day) => {
    expect(executionDay(id)).toBe(day);
  });
});
