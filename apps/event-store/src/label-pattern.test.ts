import { describe, expect, it } from '@jest/globals';
import { escapeLike, labelPattern } from './label-pattern.ts';

describe('labelPattern', () => {
  it.each([
    ['plain', { negated: false, kind: 'exact', value: 'plain' }],
    ['!plain', { negated: true, kind: 'exact', value: 'plain' }],
    ['!', { negated: true, kind: 'exact', value: '' }],
    ['a!', { negated: false, kind: 'exact', value: 'a!' }],
    ['[ab]%_\\', { negated: false, kind: 'exact', value: '[ab]%_\\' }],
    ['a*b?', { negated: false, kind: 'like', pattern: 'a%b_' }],
    ['!*[a]%_\\', { negated: true, kind: 'like', pattern: '%[a]\\%\\_\\\\' }],
  ])('%s', (text, pattern) => {
    expect(labelPattern(text)).toEqual(pattern);
  });
});

it('escapeLike makes every character stand for itself', () => {
  expect(escapeLike('100%_\\*')).toBe('100\\%\\_\\\\*');
});
