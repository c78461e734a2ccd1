import { describe, expect, it } from '@jest/globals';
import { LimitError, createEnvironment, createThrottle } from './index.ts';

const environment = createEnvironment();
const hostile = environment.compile('{{ range(1000) }}');
const harmless = environment.compile('ok');

describe('createThrottle', () => {
  it('makes a template that hits limits wait, longer each time, and no other', () => {
    let time = 0;
    const throttle = createThrottle({ now: () => time });
    const limitOf = (): string => {
      try {
        return throttle.run('w', () => hostile.render());
      } catch (error) {
        return (error as LimitError).limit;
      }
    };
    expect(limitOf()).toBe('rangeLength');
    expect(limitOf()).toBe('throttled');
    expect(throttle.run('other', () => harmless.render())).toBe('ok');
    time = 1000;
    expect(limitOf()).toBe('rangeLength');
    time = 2500;
    expect(limitOf()).toBe('throttled');
    time = 3000;
    expect(throttle.run('w', () => harmless.render())).toBe('ok');
    expect(limitOf()).toBe('rangeLength');
  });
});
