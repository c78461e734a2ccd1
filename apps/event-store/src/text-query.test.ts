import { describe, expect, it } from '@jest/globals';
import { parseTextQuery } from './text-query.ts';

describe('parseTextQuery', () => {
  it.each<[string, { include?: string[]; exclude?: string[]; require?: string[] }]>([
    ['', {}],
    ['  \t ', {}],
    ['error', { include: ['error'] }],
    ['error -debug', { include: ['error'], exclude: ['debug'] }],
    ['!debug +needed', { exclude: ['debug'], require: ['needed'] }],
    ['"connection timeout"', { include: ['connection timeout'] }],
    ['-"a b" +"c d"', { exclude: ['a b'], require: ['c d'] }],
    ['"say \\"hi\\" \\\\ \\n"', { include: ['say "hi" \\ \\n'] }],
    ['"never closed', { include: ['never closed'] }],
    ['a - b', { include: ['a', 'b'] }],
    ['--x', { exclude: ['-x'] }],
    ['well-known', { include: ['well-known'] }],
    ['a"b c"d', { include: ['a', 'b c', 'd'] }],
    ['"" -"" "  "', {}],
  ])('%j', (query, { include = [], exclude = [], require = [] }) => {
    expect(parseTextQuery(query)).toEqual({ include, exclude, require });
  });
});
