import { describe, expect, it } from '@jest/globals';
import { createEnvironment, createTemplateCache } from './index.ts';

const environment = createEnvironment();

describe('createTemplateCache', () => {
  it('compiles a version once', () => {
    const cache = createTemplateCache(environment);
    const first = cache.get('w:1', '{{ a }}');
    expect(cache.get('w:1', '{{ a }}')).toBe(first);
    expect(cache.get('w:2', '{{ a }}')).not.toBe(first);
  });

  it('is bounded in entries and in bytes', () => {
    const few = createTemplateCache(environment, { maxEntries: 2 });
    for (let i = 0; i < 5; i++) few.get(String(i), 'x');
    expect(few.size).toBe(2);
    const small = createTemplateCache(environment, { maxBytes: 200_000 });
    for (let i = 0; i < 50; i++) small.get(String(i), 'x'.repeat(1000));
    expect(small.size).toBeLessThan(5);
  });

  it('keeps no failures', () => {
    const cache = createTemplateCache(environment);
    expect(() => cache.get('w', '{{')).toThrow('unexpected');
    expect(cache.size).toBe(0);
  });
});
