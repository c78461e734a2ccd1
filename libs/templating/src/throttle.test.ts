import { describe, expect, it } from '@jest/globals';
import { LimitError, createEnvironment, createThrottle } from './index.ts';

const environment = createEnvironment();
const hostile = environment.compile('{{ range(1000) }}');
const harmless = environment.compile('ok');

describe('createThrottle', () => {
  it('makes a template that hits limits wait until it has paid for them, and no other', () => {
    let time = 0;
    let elapsed = 0;
    // Every reading of the timer is 15 ms after the last, so every render takes 15 ms.
    const throttle = createThrottle({
      burstMs: 20,
      msPerSecond: 2,
      now: () => time,
      timer: () => (elapsed += 15),
    });
    const limitOf = (): string => {
      try {
        return throttle.run('w', () => hostile.render());
      } catch (error) {
        if (error instanceof LimitError) return error.limit;
        throw error;
      }
    };
    expect(limitOf()).toBe('rangeLength');
    expect(limitOf()).toBe('rangeLength');
    expect(limitOf()).toBe('throttled');
    expect(throttle.run('other', () => harmless.render())).toBe('ok');
    time = 4000;
    expect(limitOf()).toBe('throttled');
    time = 6000;
    expect(throttle.run('w', () => harmless.render())).toBe('ok');
    expect(limitOf()).toBe('rangeLength');
    expect(limitOf()).toBe('throttled');
  });
});
