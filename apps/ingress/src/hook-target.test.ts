import { describe, expect, it } from '@jest/globals';
import { parseHookTarget } from './hook-target.ts';

describe('the target of a webhook call', () => {
  it.each([
    ['/hooks/abc', 'abc', '', ''],
    ['/hooks/abc/', 'abc', '', ''],
    ['/hooks/abc?', 'abc', '', ''],
    ['/hooks/abc?a=/b&a=%20', 'abc', '', 'a=/b&a=%20'],
    ['/hooks/abc/run/me/', 'abc', 'run/me/', ''],
    ['/hooks/abc//x', 'abc', '/x', ''],
    ['/hooks/abc/a%20b%2Fc?q?r', 'abc', 'a b/c', 'q?r'],
    ['/hooks/', '', '', ''],
    ['/hooks//x', '', 'x', ''],
  ])('%s', (target, slug, path, query) => {
    expect(parseHookTarget(target)).toEqual({ slug, path, query });
  });

  it('decodes a path once, not twice', () => {
    expect(parseHookTarget('/hooks/abc/%2541').path).toBe('%41');
  });

  it('keeps a path that is badly encoded as it was sent', () => {
    expect(parseHookTarget('/hooks/abc/100%/%ff').path).toBe('100%/%ff');
  });
});
