import { describe, expect, it } from '@jest/globals';
import { toJson } from '@tributary/templating';
import fc from 'fast-check';
import { bodyLimits } from './limits.ts';
import { parseBody } from './parse-body.ts';

const TYPE = 'multipart/form-data; boundary=b';

const parse = (body: string | Buffer, contentType = TYPE) =>
  parseBody({ contentType, bytes: Buffer.isBuffer(body) ? body : Buffer.from(body) });

const value = (body: string | Buffer, contentType?: string): unknown =>
  JSON.parse(toJson(parse(body, contentType).value));

/** A form of parts that are given as their headers after `form-data`, and their content. */
const form = (...parts: [head: string, content: string][]) =>
  `${parts.map(([head, content]) => `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`).join('')}--b--\r\n`;

describe('a multipart form', () => {
  it('is a map by field, of texts', () => {
    const body = form(['name="a"', '1'], ['name="b"', ' two\r\nlines '], ['name="empty"', '']);
    expect(parse(body)).toMatchObject({ kind: 'multipart', encoding: null, text: body, problem: null });
    expect(value(body)).toEqual({ a: '1', b: ' two\r\nlines ', empty: '' });
  });

  it('has the last value of a repeated field, and all of them in form', () => {
    const { value: body, form: all } = parse(form(['name="a"', '1'], ['name="b"', 'x'], ['name="a"', '2']));
    expect(toJson(body)).toBe('{"a":"2","b":"x"}');
    expect(toJson(all!)).toBe('{"a":["1","2"],"b":["x"]}');
  });

  it('parses JSON parts, numbers lossless, and leaves text that looks like JSON alone', () => {
    const body = form(
      [
        'name="a"\r\nContent-Type: application/vnd.x+json; charset=utf-8',
        '{"n": 1.0, "big": 12345678901234567890}',
      ],
      ['name="b"', '{"n": 1}'],
    );
    expect(toJson(parse(body).value)).toBe('{"a":{"n":1.0,"big":12345678901234567890},"b":"{\\"n\\": 1}"}');
  });

  it('names a JSON part that is malformed, and keeps its text beside the others', () => {
    const body = form(['name="a"\r\nContent-Type: application/json', '{"n": '], ['name="b"', 'x']);
    expect(parse(body)).toMatchObject({ kind: 'multipart', problem: 'malformed_json' });
    expect(value(body)).toEqual({ a: '{"n": ', b: 'x' });
  });

  it('gives a file of any type as a dict, JSON too', () => {
    const body = form(
      ['name="f"; filename="a.json"\r\nContent-Type: application/json', '{}'],
      ['name="g"; filename=""', ''],
    );
    expect(value(body)).toEqual({
      f: { filename: 'a.json', content_type: 'application/json', size: 2, data: 'e30=' },
      g: { filename: '', content_type: null, size: 0, data: '' },
    });
  });

  it('gives a field of bytes that are no text as a file without a name', () => {
    const body = Buffer.from(form(['name="a"', '\xff\x00']), 'latin1');
    expect(value(body)).toEqual({ a: { filename: null, content_type: null, size: 2, data: '/wA=' } });
    expect(parse(body)).toMatchObject({
      kind: 'multipart',
      encoding: 'base64',
      text: body.toString('base64'),
    });
  });

  it('reads a part in its charset', () => {
    const body = Buffer.from(
      form(['name="a"\r\nContent-Type: text/plain; charset=iso-8859-1', 'caf\xe9']),
      'latin1',
    );
    expect(value(body)).toEqual({ a: 'café' });
  });

  it('takes parts of a hundred names for what they are, not for what JavaScript knows', () => {
    expect(toJson(parse(form(['name="__proto__"', 'a'], ['name="1"', 'b'], ['name="0"', 'c'])).value)).toBe(
      '{"__proto__":"a","1":"b","0":"c"}',
    );
  });

  it.each([
    ['a preamble and an epilogue', `hello\r\n${form(['name="a"', '1'])}bye\r\n--b\r\n`],
    ['white space after a delimiter', form(['name="a"', '1']).replace('--b\r\n', '--b \t\r\n')],
    ['no line end at the end', form(['name="a"', '1']).trimEnd()],
    [
      'headers in any case, unquoted values, a header that is no header',
      '--b\r\nnonsense\r\nCONTENT-DISPOSITION:form-data;NAME=a\r\n\r\n1\r\n--b--',
    ],
    ['a folded header', '--b\r\nContent-Disposition: form-data;\r\n name="a"\r\n\r\n1\r\n--b--'],
  ])('may have %s', (_what, body) => {
    expect(value(body)).toEqual({ a: '1' });
  });

  it('keeps what only begins like a delimiter', () => {
    expect(value(form(['name="a"', '--b\r\n'.slice(2) + '\r\n--bx\r\n--b--x'.slice(0, 6)]))).toEqual({
      a: 'b\r\n\r\n--bx',
    });
    expect(value(form(['name="a"', 'x--b--\n--b--']))).toEqual({ a: 'x--b--\n--b--' });
  });

  it('may have an empty part without a line end of its own, and no part at all', () => {
    expect(value('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n--b--')).toEqual({ a: '' });
    expect(value('--b--\r\n')).toEqual({});
  });

  it('is read where the sender left the boundary out of the header', () => {
    expect(value(form(['name="a"', '1']), 'multipart/form-data')).toEqual({ a: '1' });
  });

  it.each([
    ['base64', 'aGVs\r\nbG8='],
    ['Quoted-Printable', 'h=65l=\r\nlo'],
    ['8bit', 'hello'],
    ['unheard-of', 'hello'],
  ])('undoes the transfer encoding %s', (encoding, content) => {
    expect(value(form([`name="a"\r\nContent-Transfer-Encoding: ${encoding}`, content]))).toEqual({
      a: 'hello',
    });
  });

  it.each([
    ['filename="a b.png"', 'a b.png'],
    ['filename=a.png', 'a.png'],
    ['filename="naïve.png"', 'naïve.png'],
    ['filename="a\\"b.png"', 'a"b.png'],
    ['filename="a%22b%0D%0A.png"', 'a"b\r\n.png'],
    ['filename="100%25.png"', '100%25.png'],
    ['filename="C:\\dir\\a.png"', 'C:\\dir\\a.png'],
    ['filename="../../etc/passwd"', '../../etc/passwd'],
    ['filename="a;b=c.png"', 'a;b=c.png'],
    ["filename=x.png; filename*=UTF-8''na%C3%AFve.png", 'naïve.png'],
    ["filename*=iso-8859-1'en'na%EFve.png; filename=x.png", 'naïve.png'],
    ["filename=x.png; filename*=UTF-8''%FF", 'x.png'],
    ["filename=x.png; filename*=klingon''y.png", 'x.png'],
    ['filename="first"; filename="second"', 'first'],
  ])('reads %s', (parameter, filename) => {
    expect(value(form([`name="f"; ${parameter}`, 'x']))).toMatchObject({ f: { filename } });
  });

  it('reads what another implementation wrote', async () => {
    const name = fc.string({ minLength: 1, unit: fc.constantFrom(...'ab"%;=\r\n é€🎉') });
    const content = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'\r\n-b') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, content)), async (fields) => {
        const data = new FormData();
        for (const [key, text] of fields) data.append(key, new Blob([text]), 'x');
        const response = new Response(data);
        const parsed = parse(
          Buffer.from(await response.arrayBuffer()),
          response.headers.get('content-type')!,
        );
        expect(parsed.problem).toBe(null);
        const expected = new Map<string, string[]>();
        for (const [key, text] of fields) {
          // The writer makes every line end two characters, and so does a browser.
          const sent = key.replaceAll(/\r\n?|\n/g, '\r\n');
          expected.set(sent, [...(expected.get(sent) ?? []), Buffer.from(text).toString('base64')]);
        }
        const seen = JSON.parse(toJson(parsed.form!)) as Record<string, { data: string }[]>;
        expect(
          Object.entries(seen)
            .map(([key, files]) => [key, files.map(({ data: bytes }) => bytes)])
            .sort(),
        ).toEqual([...expected].sort());
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is no multipart form', () => {
  const whole = form(['name="a"', '1'], ['name="b"', '2']);

  it.each([
    ['cut off in a part', whole.slice(0, -12)],
    ['cut off in the headers', whole.slice(0, 20)],
    ['without its last delimiter', whole.replace('--b--', '')],
    ['of another boundary', whole.replaceAll('--b', '--c')],
    ['a part without a name', form(['filename="x"', '1'])],
    ['a part without headers', '--b\r\n\r\n1\r\n--b--'],
    ['line ends of one character', whole.replaceAll('\r\n', '\n')],
    ['other text', 'hello'],
    [
      'headers that never end',
      `--b\r\nContent-Disposition: form-data; name="a"\r\nx: ${'y'.repeat(bodyLimits.partHeaderBytes)}\r\n\r\n1\r\n--b--`,
    ],
  ])('is its text: %s', (_what, body) => {
    expect(parse(body)).toMatchObject({
      kind: 'text',
      value: body,
      text: body,
      form: null,
      problem: 'malformed_multipart',
    });
  });

  it('is base64 where it is no text either', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0xfd]);
    expect(parse(bytes)).toMatchObject({
      kind: 'binary',
      value: bytes.toString('base64'),
      encoding: 'base64',
      problem: 'malformed_multipart',
    });
  });

  it('is too complex with more parts than are read', () => {
    const parts = (count: number) =>
      form(...Array.from({ length: count }, (): [string, string] => ['name="a"', '']));
    expect(parse(parts(bodyLimits.multipartParts))).toMatchObject({ kind: 'multipart', problem: null });
    expect(parse(parts(bodyLimits.multipartParts + 1))).toMatchObject({
      kind: 'text',
      problem: 'too_complex',
    });
  });

  it('is malformed with a boundary that no sender may have', () => {
    expect(parse(whole, `multipart/form-data; boundary=${'b'.repeat(101)}`).problem).toBe(
      'malformed_multipart',
    );
    expect(parse(whole, 'multipart/form-data; boundary=""').problem).toBe('malformed_multipart');
  });
});
