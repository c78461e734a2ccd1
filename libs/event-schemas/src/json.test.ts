import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isJsonObject, parseJson, parseJsonExactly } from './json.ts';

describe('parseJsonExactly', () => {
  it.each([
    '1.0',
    '1e3',
    '12345678901234567890',
    '-0.10',
    '1E-7',
    '[1,2.50,{"a":100000000000000000001}]',
    '"1.0"',
    '{"__proto__":{"a":1.0}}',
  ])('keeps %s as it is written', (text) => {
    expect(JSON.stringify(parseJsonExactly(text))).toBe(text);
  });

  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(JSON.stringify(parseJsonExactly(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    expect(() => parseJsonExactly('{"a": 1.0')).toThrow(SyntaxError);
  });
});

describe('isJsonObject', () => {
  it('takes a number kept as text for what it is', () => {
    expect(isJsonObject(parseJsonExactly('1.0'))).toBe(false);
    expect(isJsonObject({})).toBe(true);
    expect(isJsonObject([])).toBe(false);
    expect(isJsonObject(null)).toBe(false);
  });
});

describe('parseJson', () => {
  it('has no value for what is no JSON', () => {
    expect(['{"a":1}', 'null', '', '{', 'undefined'].map(parseJson)).toEqual([
      { a: 1 },
      null,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
