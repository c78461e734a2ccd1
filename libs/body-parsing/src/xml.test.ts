import { describe, expect, it } from '@jest/globals';
import { toJson } from '@tributary/templating';
import { bodyLimits } from './limits.ts';
import { parseBody } from './parse-body.ts';

const parse = (body: string | Buffer, contentType = 'application/xml') =>
  parseBody({ contentType, bytes: Buffer.isBuffer(body) ? body : Buffer.from(body), parseXml: true });

const json = (body: string) => toJson(parse(body).value);

describe('XML, for webhooks that ask', () => {
  it.each(['application/xml', 'text/xml', 'application/soap+xml; charset=utf-8', 'TEXT/XML'])(
    '%s is parsed',
    (type) => {
      expect(parse('<a>1</a>', type)).toMatchObject({
        kind: 'xml',
        text: '<a>1</a>',
        encoding: null,
        problem: null,
      });
    },
  );

  it.each([
    ['<a/>', '{"a":""}'],
    ['<a>text</a>', '{"a":"text"}'],
    ['<a>007</a>', '{"a":"007"}'],
    ['<a>\n  <b>1</b>\n  <c>2</c>\n</a>', '{"a":{"b":"1","c":"2"}}'],
    ['<a><b>1</b><c/><b>2</b><b><d/></b></a>', '{"a":{"b":["1","2",{"d":""}],"c":""}}'],
    ['<a id="7" x=\'y\'>text</a>', '{"a":{"@id":"7","@x":"y","#text":"text"}}'],
    ['<a id="7"/>', '{"a":{"@id":"7"}}'],
    ['<a> one <b>2</b> three </a>', '{"a":{"b":"2","#text":"one  three"}}'],
    ['<s:a xmlns:s="urn:x"><s:b s:c="1"/></s:a>', '{"s:a":{"@xmlns:s":"urn:x","s:b":{"@s:c":"1"}}}'],
    ['<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x1F389;</a>', '{"a":"<&>\\"\'A🎉"}'],
    ['<a><![CDATA[<b>&amp;]]></a>', '{"a":"<b>&amp;"}'],
    ['<?xml version="1.0"?><!-- x --><a><?pi x?>1<!-- y -->2</a>', '{"a":"12"}'],
    [
      '<a><__proto__ constructor="1">x</__proto__></a>',
      '{"a":{"__proto__":{"@constructor":"1","#text":"x"}}}',
    ],
    ['<a __proto__="1"/>', '{"a":{"@__proto__":"1"}}'],
    ['<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a>1</a>', '{"a":"1"}'],
  ])('%s is %s', (body, expected) => {
    expect(json(body)).toBe(expected);
  });

  it.each([
    ['an unclosed element', '<a><b></a>'],
    ['two roots', '<a/><b/>'],
    ['an attribute without quotes', '<a b=c/>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['a bare ampersand', '<a>x & y</a>'],
    ['an entity of HTML', '<a>&nbsp;</a>'],
    ['text alone', 'hello'],
    ['JSON', '{"a": 1}'],
    ['a control character', '<a>\u0001</a>'],
    [
      'an entity that expands to others',
      `<!DOCTYPE a [<!ENTITY x0 "ha">${Array.from({ length: 30 }, (_, i) => `<!ENTITY x${i + 1} "&x${i};&x${i};">`).join('')}]><a>&x30;</a>`,
    ],
    ['an entity that names a file', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['an entity in an attribute', '<!DOCTYPE a [<!ENTITY x "1">]><a b="&x;"/>'],
  ])('%s is malformed, and text', (_what, body) => {
    expect(parse(body)).toMatchObject({ kind: 'text', value: body, text: body, problem: 'malformed_xml' });
  });

  it('reads the charset of the header, else that of the declaration', () => {
    const latin = (declaration: string) => Buffer.from(`${declaration}<a>caf\xe9</a>`, 'latin1');
    expect(toJson(parse(latin(''), 'text/xml; charset=iso-8859-1').value)).toBe('{"a":"café"}');
    expect(toJson(parse(latin('<?xml version="1.0" encoding="ISO-8859-1"?>')).value)).toBe('{"a":"café"}');
    expect(parse(latin('<?xml version="1.0" encoding="UTF-16"?>'))).toMatchObject({
      kind: 'binary',
      problem: 'not_text',
    });
    expect(parse('<?xml version="1.0" encoding="klingon"?><a>é</a>')).toMatchObject({
      kind: 'xml',
      problem: 'unknown_charset',
    });
  });

  it('is too complex beyond its bounds', () => {
    const { xmlDepth, xmlNodes } = bodyLimits;
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(parse(nested(xmlDepth)).problem).toBe(null);
    expect(parse(nested(xmlDepth + 1))).toMatchObject({ kind: 'text', problem: 'too_complex' });
    expect(parse('<a>'.repeat(1_000_000)).problem).toBe('too_complex');
    expect(parse(`<a>${'<b/>'.repeat(xmlNodes - 1)}</a>`).problem).toBe(null);
    expect(parse(`<a>${'<b/>'.repeat(xmlNodes)}</a>`).problem).toBe('too_complex');
    const attributes = Array.from({ length: xmlNodes }, (_, index) => `a${index}=""`).join(' ');
    expect(parse(`<a ${attributes}/>`).problem).toBe('too_complex');
  });
});

it('XML is text for webhooks that do not ask', () => {
  expect(parseBody({ contentType: 'text/xml', bytes: Buffer.from('<a/>') })).toMatchObject({
    kind: 'text',
    value: '<a/>',
    problem: null,
  });
});
