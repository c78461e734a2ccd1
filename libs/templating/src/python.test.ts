import { describe, expect, it } from '@jest/globals';
import { createEnvironment, parseJson, type PyDict } from './index.ts';

/*
 * Corners of Python that comparing generated templates with Jinja2 has turned up: operators, formats and methods.
 */

const context = parseJson(
  '{"n": null, "z": 0, "i": 7, "neg": -3, "tiny": 1e-7, "s": "Hello", "h": "<b>", "d": {"a": 1, "b": 2}, "l": [2, 1]}',
) as PyDict;
const environment = createEnvironment();

function render(template: string): string {
  return environment.compile(template).render(context);
}

function failure(template: string): string {
  try {
    return `renders ${render(template)}`;
  } catch (error) {
    return (error as Error).name;
  }
}

describe('operators', () => {
  it.each([
    [
      '{{ [1e22, 10**22, 2**64, -(2**64)]|unique|list }}',
      '[1e+22, 18446744073709551616, -18446744073709551616]',
    ],
    ["{{ {2**64: 'a', 2**65: 'b'}[2.0**64] }}", 'a'],
    ['{{ z / (-2**63) }}', '-0.0'],
    [
      "{{ i.to_bytes(2) }}{{ neg.to_bytes(2, 'little', signed=true) }}{{ z.to_bytes(0) }}",
      "b'\\x00\\x07'b'\\xfd\\xff'b''",
    ],
    ["{{ ('a'|safe) + missing }}", 'a'],
    ["{{ (d.keys() - ['a'])|list }}", "['b']"],
    ["{{ d.keys() - 'a' - d.keys() }}", 'set()'],
    ["{{ (d.items() - [('a', 1)])|length }}{{ 'b' in d.keys() - ['a'] }}", '1True'],
    ["{{ d.keys() - ['b'] == {'a': 5}.keys() }}{{ d.keys() - ['a'] < d.keys() }}", 'TrueTrue'],
    ["{{ (d.keys() - ['a']).union(l)|length }}{{ d.keys().isdisjoint(l) }}", '3True'],
    ['{{ (-1) ** z }}{{ -2.5 ** z }}{{ -2 ** 2 }}{{ neg ** 2 }}', '-1-1.049'],
    ['{{ s.encode() * 2 }}{{ s.encode() + s.encode() }}', "b'HelloHello'b'HelloHello'"],
    [
      "{{ 72 in s.encode() }}{{ 'el'.encode() in s.encode() }}{{ s.encode()[0] }}{{ s.encode()[1:3] }}",
      "TrueTrue72b'el'",
    ],
    ['{{ s.encode()|last }}{{ s.encode() is sequence }}', '111True'],
  ])('%s gives %s', (template, output) => {
    expect(render(template)).toBe(output);
  });

  it.each([
    ["{{ 10**30 * '' }}", 'OverflowError'],
    ["{{ d.keys() - ['a'] - l }}", 'TypeError'],
    ['{{ -3 in s.encode() }}', 'ValueError'],
    ['{{ neg.to_bytes(2) }}', 'OverflowError'],
    ['{{ (2**16).to_bytes(2) }}', 'OverflowError'],
    ['{{ missing|round }}', 'TypeError'],
    ['{{ missing|humanize_metric }}', 'UndefinedError'],
    ['{{ missing[-absent:] }}', 'UndefinedError'],
    ['{{ dict(missing) }}', 'UndefinedError'],
    ['{{ namespace(missing).a }}', 'UndefinedError'],
    ['{{ l|sort(missing) }}', 'TypeError'],
    ['{{ l|sort(none) }}', 'TypeError'],
    ['{{ s.splitlines(none) }}', 'TypeError'],
    ["{{ (d.keys() - ['a']).add(1) }}", 'SecurityError'],
    ["{% include '' ignore missing %}", 'TypeError'],
  ])('%s fails with %s', (template, name) => {
    expect(failure(template)).toBe(name);
  });

  it('leaves out what is not to be included', () => {
    expect(render('{% include none ignore missing %}{% include {} ignore missing %}|')).toBe('|');
  });
});

describe('formats', () => {
  it.each([
    [
      '{{ "{:08,}".format(1234) }} {{ "{:0=9_x}".format(70000) }} {{ "{:0=100000,}".format(9)|length }}',
      '0,001,234 0001_1170 100001',
    ],
    ["{{ '{:#}|{:#}|{:#.3}'.format(tiny, 1e16, 2.5) }}", '1.e-07|1.e+16|2.50'],
    ["{{ '{:.1}|{:.2}|{:#.1}|{:.1}'.format(0.0, 0.0, -0.0, 12.0) }}", '0e+00|0.0|-0.e+00|1e+01'],
    ["{{ '{:.17}'.format(tiny) }}{{ '%.16e' % tiny }}", '9.9999999999999995e-089.9999999999999995e-08'],
    ["{{ '[{:3c}]'.format(65) }}", '[  A]'],
    ["{{ '[{:5s}]'.format(h|e) }}", '[&lt;b&gt;]'],
    ["{{ ('%a|%d|%.1f'|safe) % (h, '42', '1.25') }}", '&#39;&lt;b&gt;&#39;|42|1.2'],
    ["{{ 'plain'.format_map(n) }}{{ '{a}'.format_map(d) }}", 'plain1'],
    ["{{ '%%' % () }}{{ 'x' % s.encode() }}", '%x'],
  ])('%s gives %s', (template, output) => {
    expect(render(template)).toBe(output);
  });

  it.each([
    ["{{ '%5%' % () }}", 'TypeError'],
    ["{{ '%-%' % (1,) }}", 'ValueError'],
    ["{{ ('%x'|safe) % 1 }}", 'TypeError'],
    ["{{ ('%c'|safe) % 'a' }}", 'TypeError'],
    ["{{ '%d' % missing }}", 'UndefinedError'],
    ["{{ '%f' % missing }}", 'UndefinedError'],
    ["{{ '{0:{0:{0}}}'.format(1) }}", 'ValueError'],
    ["{{ '{0}'.format_map(n) }}", 'IndexError'],
  ])('%s fails with %s', (template, name) => {
    expect(failure(template)).toBe(name);
  });
});

describe('encodings', () => {
  it.each([
    ["{{ 'Grüße'.encode('ascii', 'ignore').decode() }}", 'Gre'],
    ["{{ 'Grüße'.encode('ascii', 'xmlcharrefreplace') }}", "b'Gr&#252;&#223;e'"],
    ["{{ 'ü🐛'.encode('latin-1', 'backslashreplace') }}", "b'\\xfc\\\\U0001f41b'"],
    ["{{ 'ü'.encode('ascii', 'replace').decode('utf-8') }}", '?'],
    ["{{ 'aü'.encode('utf-16-be').hex() }}{{ 'a'.encode('utf-16') }}", "006100fcb'\\xff\\xfea\\x00'"],
    ["{{ 'ü'.encode('latin-1').decode('latin-1') }}{{ 'ü'.encode().startswith('ü'.encode()) }}", 'üTrue'],
  ])('%s gives %s', (template, output) => {
    expect(render(template)).toBe(output);
  });

  it.each([
    ["{{ 'ü'.encode('ascii') }}", 'UnicodeEncodeError'],
    ["{{ 'ü'.encode('latin-1').decode() }}", 'UnicodeDecodeError'],
    ["{{ 'ü'.encode('klingon') }}", 'LookupError'],
    ["{{ 'ü'.encode(none) }}", 'TypeError'],
  ])('%s fails with %s', (template, name) => {
    expect(failure(template)).toBe(name);
  });
});

describe('names of characters', () => {
  it.each([
    ["{{ '\\N{BULLET}\\N{bullet}' }}", '••'],
    ["{{ 'a\\N{EM DASH}b\\N{GREEK SMALL LETTER ALPHA}\\N{SNOWMAN}\\N{BUG}' }}", 'a—bα☃🐛'],
    ["{{ '\\N{CJK UNIFIED IDEOGRAPH-4E2D}\\N{HANGUL SYLLABLE GANG}\\N{HANGUL SYLLABLE A}' }}", '中강아'],
    ["{{ '\\N{SPACE}|\\N{LATIN SMALL LETTER E WITH ACUTE}'|length }}", '3'],
  ])('%s gives %s', (template, output) => {
    expect(render(template)).toBe(output);
  });

  it.each(["{{ '\\N{NO SUCH NAME}' }}", "{{ '\\N' }}", "{{ '\\N{' }}", "{{ '\\N{}' }}"])(
    '%s is malformed',
    (template) => {
      expect(failure(template)).toBe('TemplateSyntaxError');
    },
  );
});

describe('what templates seldom do', () => {
  it.each([
    ['{{ 1e24|filesizeformat }} {{ (10**24)|filesizeformat }}', '1000.0 ZB 1000.0 ZB'],
    ["<p{{ {'a\\u00a0b': 1}|xmlattr }}>", '<p a\u00a0b="1">'],
    [
      "{{ tiny.fromhex('-0x1.8p3') }} {{ tiny.fromhex('ff') }} {{ tiny.fromhex('0x1p-1074') }}",
      '-12.0 255.0 5e-324',
    ],
    ["{{ l|select('>', 9)|map('no_such_filter')|list }}", '[]'],
    ['{% autoescape true %}{% set x|upper|list %}<{% endset %}{{ x }}{% endautoescape %}', "['<']"],
    ['{{ 1e400 }} {{ [1e400, -1e400]|max }} {{ 1e400 > 1 }}', 'inf inf True'],
  ])('%s gives %s', (template, expected) => {
    expect(render(template)).toBe(expected);
  });

  it.each([
    ['{{ d|attr(1) }}', 'TypeError'],
    ['{{ l|indent }}', 'AttributeError'],
    ["{{ '%x' % missing }}", 'TypeError'],
    ["{{ l|map('no_such_filter')|list }}", 'TemplateRuntimeError'],
    ['{% block b %}{% endblock %}{{ self.b(1) }}', 'TypeError'],
    ['{{ d|tojson(missing) }}', 'UndefinedError'],
    ["{{ tiny.fromhex('x') }}", 'ValueError'],
    // Jinja2 writes the constant into the code it makes, where nothing is called inf.
    ['{{ i < 1e400 }}', 'NameError'],
    ['{% set x = [1e400 - 1e400] %}{{ x }}', 'NameError'],
  ])('%s fails with %s', (template, name) => {
    expect(failure(template)).toBe(name);
  });
});
