import { describe, expect, it } from '@jest/globals';
import { checkJsonSyntax } from './json-syntax.ts';

describe('checkJsonSyntax', () => {
  it.each(['', '{}', '[1, 2.0, 1e400]', '"text"', 'null', ' {"a": 1}\r\n', '\uFEFF{"a": 1}'])(
    'takes %j',
    (text) => {
      expect(checkJsonSyntax(Buffer.from(text))).toBe('valid');
    },
  );

  it.each(['{', '{"a": 1,}', "{'a': 1}", 'undefined', '{} {}', '01', 'NaN', ' '])('refuses %j', (text) => {
    expect(checkJsonSyntax(Buffer.from(text))).toBe('malformed');
  });

  it('refuses bytes that are no text', () => {
    expect(checkJsonSyntax(Buffer.from([0x22, 0xff, 0x22]))).toBe('malformed');
  });

  it('reads the charset that is declared', () => {
    const latin = Buffer.from('{"name": "caf\u00e9"}', 'latin1');
    expect(checkJsonSyntax(latin, 'application/json')).toBe('malformed');
    expect(checkJsonSyntax(latin, 'application/json; charset=ISO-8859-1')).toBe('valid');
  });
});
