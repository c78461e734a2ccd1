import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonSyntaxError, PyDict, createEnvironment, fromPlain, parseJson, str, toJson } from './index.ts';

describe('parseJson and toJson', () => {
  it.each([
    '1',
    '1.0',
    '-0.0',
    '0',
    '1e+20',
    '12345678901234567890123',
    '1.5',
    '[1,1.0,"a",null,true,{}]',
    '{"10":1,"2":2,"__proto__":3,"constructor":4}',
    '"\\u0000x"',
  ])('keep %s', (text) => {
    expect(toJson(parseJson(text))).toBe(text);
  });

  it('read what JSON.parse reads, as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(toJson(parseJson(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuse what JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (isJson) parseJson(text);
        else expect(() => parseJson(text)).toThrow(JsonSyntaxError);
      }),
    );
  });

  it('refuse deep nesting instead of running out of stack', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow(JsonSyntaxError);
  });

  it('refuse an integer of more digits than Python reads', () => {
    expect(toJson(parseJson('9'.repeat(4300)))).toBe('9'.repeat(4300));
    expect(() => parseJson('9'.repeat(4301))).toThrow(JsonSyntaxError);
  });

  it('print numbers as Python does', () => {
    const template = createEnvironment().compile('{{ v }}');
    const printed = (text: string): string => template.render({ v: parseJson(text) });
    expect([printed('1.0'), printed('1e20'), printed('1e-7'), printed('12345678901234567890')]).toEqual([
      '1.0',
      '1e+20',
      '1e-07',
      '12345678901234567890',
    ]);
  });
});

describe('fromPlain', () => {
  it('makes engine values', () => {
    const value = fromPlain({
      a: 1,
      b: [1.5, null, undefined],
      c: undefined,
      d: new Map([['k', 2n]]),
      e: new Date(0),
    });
    expect(value).toBeInstanceOf(PyDict);
    expect(str(value)).toBe(
      "{'a': 1, 'b': [1.5, None, None], 'd': {'k': 2}, 'e': '1970-01-01T00:00:00.000Z'}",
    );
    expect(() => fromPlain(() => 1)).toThrow(TypeError);
  });
});
