import { describe, expect, it } from '@jest/globals';
import { checkJsonSyntax } from './json-syntax.ts';
import { parseBody } from './parse-body.ts';

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

  const nested = (depth: number, inside = ''): string =>
    '[{"a":'.repeat(depth / 2) + `[${inside}]` + '}]'.repeat(depth / 2);
  const digits = '9'.repeat(4_300);
  const pad = `"${'[{\\"'.repeat(600)}${digits}9"`;

  it.each([
    ['nesting to the limit', nested(498, `[1, ${pad}]`)],
    ['brackets, quotes and digits in strings', `{"a": ${pad}, "b": [${pad}]}`],
    ['many values side by side', `[${'[{}],'.repeat(1_000)}1]`],
    ['an integer of as many digits as are read', `[-${digits}, ${digits}]`],
    ['a float of more', `[${digits}9.0, ${digits}9e1, ${pad}]`],
  ])('takes %s, as the parser does', (_what, text) => {
    expect(checkJsonSyntax(Buffer.from(text))).toBe('valid');
    expect(parseBody({ contentType: 'application/json', bytes: Buffer.from(text) }).kind).toBe('json');
  });

  it.each([
    ['nesting beyond the limit', nested(500, '1')],
    ['nesting far beyond', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['an integer that is longer than is read', `{"a": [1, -${digits}9]}`],
  ])('refuses %s, as the parser does', (_what, text) => {
    expect(checkJsonSyntax(Buffer.from(text))).toBe('malformed');
    const read = parseBody({ contentType: 'application/json', bytes: Buffer.from(text) });
    expect(read).toMatchObject({ kind: 'text', problem: 'malformed_json' });
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
