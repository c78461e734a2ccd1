import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../test/a-request.ts';
import { viewRequest } from './request.ts';
import { fillPattern, parsePattern } from './signed-pattern.ts';

const request = aRequest({
  query: 'x=1&y=%2C',
  headers: { 'Content-Type': 'application/json', 'X-Name': 'é', Twice: 'a', tWICE: 'b' },
  body: '{"a":{"b/c":["one",2.5,true,null]}}',
});

function fill(pattern: string, changes: Partial<typeof request> = {}): string | undefined {
  const parsed = parsePattern(pattern);
  if (!parsed.ok) throw new Error(parsed.message);
  const context = { view: viewRequest({ ...request, ...changes }), timestamp: '123', id: 'msg_1' };
  const chunks = fillPattern(parsed.parts, context);
  return chunks && Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))).toString('latin1');
}

describe('a signed pattern', () => {
  it.each([
    ['v0:{timestamp}:{body}', 'v0:123:{"a":{"b/c":["one",2.5,true,null]}}'],
    ['{id}.{method}', 'msg_1.POST'],
    ['{path}?{query}', '/hooks/slug?x=1&y=%2C'],
    ['{url}', 'https://hooks.example.com/hooks/slug?x=1&y=%2C'],
    ['{url:decoded}', 'https://hooks.example.com/hooks/slug?x=1&y=,'],
    ['{url:with_port}', 'https://hooks.example.com:443/hooks/slug?x=1&y=%2C'],
    ['{url:without_port}', 'https://hooks.example.com/hooks/slug?x=1&y=%2C'],
    ['{header:X-Name}', 'é'],
    ['{json:/a/b~1c/0}\n{json:/a/b~1c/1}', 'one\n2.5'],
    ['{{{method}}}', '{POST}'],
    ['literal', 'literal'],
  ])('%s', (pattern, text) => {
    expect(fill(pattern)).toBe(text);
  });

  it.each([
    '{header:x-none}',
    '{header:twice}',
    '{json:/a}',
    '{json:/a/b~1c/2}',
    '{json:/constructor}',
    '{json:/a/b~1c/9}',
  ])('lacks %s', (pattern) => {
    expect(fill(`${pattern}{body}`)).toBeUndefined();
  });

  it('lacks what is in a body that is no JSON', () => {
    expect(fill('{json:/a}', { body: Buffer.from('{') })).toBeUndefined();
  });

  it.each([
    ['https://a.example:8443/x', 'https://a.example:8443/x', 'https://a.example/x'],
    ['http://a.example', 'http://a.example:80', 'http://a.example'],
    ['https://[2001:db8::1]/x', 'https://[2001:db8::1]:443/x', 'https://[2001:db8::1]/x'],
    ['ftp://a.example:21/', 'ftp://a.example:21/', 'ftp://a.example:21/'],
  ])('writes the port of %s or leaves it out', (url, withPort, without) => {
    expect(fill('{url:with_port}', { url })).toBe(withPort);
    expect(fill('{url:without_port}', { url })).toBe(without);
  });

  it('sorts the fields of a form, each value of a name once', () => {
    const form = (type: string, body: string) =>
      fill('{form}', { rawHeaders: ['content-type', type], body: Buffer.from(body) });
    expect(form('application/x-www-form-urlencoded', 'b=2&a=z&a=1&a=z&%C3%A9=+')).toBe(
      Buffer.from('a1azb2é ').toString('latin1'),
    );
    expect(form('Application/X-WWW-Form-Urlencoded; charset=UTF-8', '?a=1')).toBe('?a1');
    expect(form('application/json', 'a=1')).toBe('');
    expect(fill('{form}', { rawHeaders: [], body: Buffer.from('a=1') })).toBe('');
  });

  it.each([
    '{',
    '}',
    '{nothing}',
    '{body:x}',
    '{url:upside_down}',
    '{header}',
    '{header:a b}',
    '{json:a}',
    '{constructor}',
    '{Body}',
  ])('cannot be %s', (pattern) => {
    expect(parsePattern(pattern)).toMatchObject({ ok: false });
  });
});
