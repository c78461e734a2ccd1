import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toJson } from '@tributary/templating';
import { parseBody } from './parse-body.ts';

const parse = (contentType: string | undefined, body: string | Buffer) =>
  parseBody({ contentType, bytes: Buffer.isBuffer(body) ? body : Buffer.from(body) });

/** The value as JSON text, which shows what kind of value it is. */
const json = (contentType: string | undefined, body: string | Buffer) =>
  toJson(parse(contentType, body).value);

describe('a JSON type', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/cloudevents+json',
    'APPLICATION/VND.X+JSON',
  ])('%s is parsed', (type) => {
    expect(parse(type, '{"b": 1, "a": [true, null]}')).toMatchObject({
      kind: 'json',
      encoding: null,
      problem: null,
    });
    expect(json(type, '{"b": 1, "a": [true, null]}')).toBe('{"b":1,"a":[true,null]}');
  });

  it('keeps numbers as they are written', () => {
    expect(json('application/json', '[1.0, 12345678901234567890, 1]')).toBe('[1.0,12345678901234567890,1]');
  });

  it('gives the text when it is malformed, and says so', () => {
    expect(parse('application/json', '{"a": ')).toMatchObject({
      kind: 'text',
      value: '{"a": ',
      text: '{"a": ',
      problem: 'malformed_json',
    });
  });

  it('gives the empty string for no body', () => {
    expect(parse('application/json', '')).toMatchObject({ kind: 'text', value: '', text: '', problem: null });
  });
});

describe('a form', () => {
  const type = 'application/x-www-form-urlencoded';

  it('is a flat map, and its text stays encoded', () => {
    const body = parse(type, 'model=recommendations&friendly_name=Recommendations%20[Products]&empty=&bare');
    expect(body.kind).toBe('form');
    expect(toJson(body.value)).toBe(
      '{"model":"recommendations","friendly_name":"Recommendations [Products]","empty":"","bare":""}',
    );
    expect(body.text).toBe('model=recommendations&friendly_name=Recommendations%20[Products]&empty=&bare');
  });

  it('keeps the last value of a repeated name, and all of them in form', () => {
    const body = parse(`${type}; charset=UTF-8`, 'a=1&b=x+y&a=2');
    expect(toJson(body.value)).toBe('{"a":"2","b":"x y"}');
    expect(toJson(body.form!)).toBe('{"a":["1","2"],"b":["x y"]}');
  });

  it('keeps the order of names that look like numbers, and knows no prototype', () => {
    expect(json(type, '2=b&1=a&__proto__=c')).toBe('{"2":"b","1":"a","__proto__":"c"}');
  });

  it('reads percent-encoded bytes in its charset', () => {
    expect(json(`${type}; charset=iso-8859-1`, 'name=caf%E9+%41&x')).toBe('{"name":"café A","x":""}');
    expect(json(type, 'name=caf%C3%A9')).toBe('{"name":"café"}');
  });
});

describe('any other type', () => {
  it.each([undefined, 'text/plain', 'application/octet-stream', 'nonsense', 'constructor'])(
    '%s: JSON if it parses',
    (type) => {
      expect(parse(type, '{"a": 1}').kind).toBe('json');
      expect(parse(type, ' 12 ').kind).toBe('json');
    },
  );

  it.each(['hello', '<xml/>', 'true story', '{broken', '', 'café'])('%j is text', (text) => {
    expect(parse('text/plain', text)).toMatchObject({ kind: 'text', value: text, text, problem: null });
  });

  it('gives base64 for bytes that are no text', () => {
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]);
    expect(parse('image/png', bytes)).toMatchObject({
      kind: 'binary',
      value: 'iVBOR/8=',
      text: 'iVBOR/8=',
      encoding: 'base64',
      problem: 'not_text',
    });
  });
});

describe('charsets', () => {
  it('are honoured', () => {
    expect(parse('text/plain; charset=windows-1252', Buffer.from([0x80])).text).toBe('€');
    expect(parse('text/plain; charset=utf-16le', Buffer.from('hé', 'utf16le')).text).toBe('hé');
  });

  it('are told by a byte order mark, which is not part of the text', () => {
    expect(parse('text/plain', Buffer.from('\uFEFFhé', 'utf16le')).text).toBe('hé');
    expect(parse('application/json', '\uFEFF{"a": 1}').kind).toBe('json');
  });

  it.each(['application/json; charset=utf-16', 'application/json; charset=utf-8', 'application/json'])(
    'are told by a byte order mark where %s leaves it open or is wrong',
    (type) => {
      const littleEndian = Buffer.from('\uFEFF{"a": "é"}', 'utf16le');
      const bigEndian = Buffer.from(littleEndian).swap16();
      for (const bytes of [littleEndian, bigEndian, '\uFEFF{"a": "é"}'])
        expect(json(type, bytes)).toBe('{"a":"é"}');
    },
  );

  it('of one byte a character know no byte order mark', () => {
    expect(parse('text/plain; charset=iso-8859-1', Buffer.from('ÿþ', 'latin1')).text).toBe('ÿþ');
  });

  it('count as not declared when nobody knows them', () => {
    expect(parse('text/plain; charset=klingon', 'hé')).toMatchObject({
      text: 'hé',
      problem: 'unknown_charset',
    });
    expect(parse('text/plain; charset=klingon', Buffer.from([0xff]))).toMatchObject({
      kind: 'binary',
      problem: 'unknown_charset',
    });
  });
});

describe('parsing is total', () => {
  const types = fc.option(
    fc.oneof(
      fc.constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'text/plain; charset=shift_jis',
        'a/b+json; charset=utf-16',
      ),
      fc.string(),
    ),
    { nil: undefined },
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.json().map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text.slice(0, -1))),
    fc.string({ unit: fc.constantFrom(...'{}[]",:&=%+a1\\u') }).map((text) => Buffer.from(text)),
  );

  it('for any bytes under any header', () => {
    fc.assert(
      fc.property(types, bytes, (contentType, body) => {
        const parsed = parseBody({ contentType, bytes: body });
        expect(toJson(parsed.value)).toEqual(expect.any(String));
        if (parsed.encoding === 'base64') expect(Buffer.from(parsed.text, 'base64')).toEqual(body);
      }),
      { numRuns: 1_000 },
    );
  });

  it('for nesting beyond any parser', () => {
    expect(() => parse('application/json', '['.repeat(1_000_000))).not.toThrow();
    expect(() => parse('application/json', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`)).not.toThrow();
  });
});
