import { describe, expect, it } from '@jest/globals';
import { createExecutionIds } from './execution-id.ts';

const MS = 0x0198_0000_0000;

describe('execution ids', () => {
  it('are UUIDs of version 7 with the RFC 9562 variant, and carry their millisecond', () => {
    const id = createExecutionIds(() => MS)();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(MS);
  });

  it('grow and never repeat, in one millisecond far past the counter and when the clock goes back', () => {
    let clock = MS;
    const next = createExecutionIds(() => clock);
    const ids = Array.from({ length: 20_000 }, (_, index) => {
      if (index === 15_000) clock -= 5_000;
      return next();
    });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id, index) => index === 0 || ids[index - 1]! < id)).toBe(true);
  });

  it('of two generators share nothing but the time', () => {
    const [one, two] = [createExecutionIds(() => MS)(), createExecutionIds(() => MS)()];
    expect(one.slice(19)).not.toBe(two.slice(19));
  });
});
