import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEnvironment, fromPlain } from '../index.ts';

const environment = createEnvironment();

function render(template: string, context: Record<string, unknown>): string {
  return environment.compile(template, { mode: 'json' }).render(context);
}

const template = `{
  "event": "a.{{ s }}.b",
  "resource": {"prefect.resource.id": "{{ s }}{{ v }}", "name": {{ s }}},
  "list": [{% for item in l %}{{ item }}{% if not loop.last %}, {% endif %}{% endfor %}],
  "nested": {"whole": {{ v }}, "filtered": {{ s|upper }}, "dumped": {{ v|tojson }}, "missing": {{ nothing }}},
  {% if s %}"some": "{{ l }}"{% else %}"none": {{ none }}{% endif %},
  "macro": {{ m(s) }}, "call": {% call c(s) %}"{{ s }}"{% endcall %}, "filter": "{% filter trim %}{{ s }}{% endfilter %}",
  {% set captured %}"{{ s }}": {{ v }}{% endset %}"set": {{ captured }}, "joined": "{{ l|join(',') }}",
  {% with w = s ~ '"' %}"with": "{{ w }}"{% endwith %},
  "keyed": {"{{ s }}": {{ s }}},
  "indented": {{ v|tojson(indent=s) }}
}`;
const prelude =
  '{% macro m(x) %}<{{ x }}>{% endmacro %}{% macro c(x) %}<{{ caller() }}{{ x }}>{% endmacro %}';

/** Keys at every level that the template itself writes. */
const written = [
  'event',
  'resource',
  'prefect.resource.id',
  'name',
  'list',
  'nested',
  'whole',
  'filtered',
  'dumped',
  'missing',
  'some',
  'none',
  'macro',
  'call',
  'filter',
  'set',
  'joined',
  'with',
  'keyed',
  'indented',
];

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"',
    '\\',
    '", "admin": true, "x": "',
    '}]',
    '\\"',
    '\u2028',
    '\ud800',
    '{{ 1 }}',
    '\n\r\t\0',
    '</script>',
  ),
  fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'a') }),
);

describe('JSON mode', () => {
  it('always parses, and has no key that the template did not write', () => {
    fc.assert(
      fc.property(hostile, fc.array(hostile), fc.jsonValue(), (s, l, v) => {
        const text = render(prelude + template, { s, l, v: fromPlain(v) });
        const result = JSON.parse(text) as Record<string, Record<string, unknown>>;
        const keys = [
          ...Object.keys(result),
          ...Object.keys(result['nested'] ?? {}),
          ...Object.keys(result['resource'] ?? {}),
        ];
        expect(keys.filter((key) => !written.includes(key))).toEqual([]);
        expect(result['keyed']).toEqual({ [s]: s });
        expect(result['list']).toEqual(JSON.parse(JSON.stringify(l)));
        expect(result['nested']?.['whole']).toEqual(JSON.parse(JSON.stringify(v)));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the type of a whole value', () => {
    const context = { i: 1, x: 1.5, t: true, n: null, l: [1, 'a'], d: { k: 'v' } };
    expect(
      JSON.parse(render('[{{ i }}, {{ x }}, {{ t }}, {{ n }}, {{ l }}, {{ d }}, {{ u }}]', context)),
    ).toEqual([...[1, 1.5, true, null], [1, 'a'], { k: 'v' }, null]);
    expect(render('{"f": {{ 1.0 }}, "c": {{ "x" }}}', {})).toBe('{"f": 1.0, "c": "x"}');
  });

  it('writes a computed key as a string', () => {
    expect(JSON.parse(render('{ {{ k }}: 1, "b": 2 }', { k: 'a"b' }))).toEqual({ 'a"b': 1, b: 2 });
  });

  it.each([
    ['{"a": 1{{ v }}}', 11],
    ['{"a": {{ v }}{{ v }}}', 17],
    ['{"a": {{ v }}x}', 14],
    ['{"a": "\\{{ v }}"}', 12],
    ['{"a": "\\u00{{ v }}"}', 15],
    ['{"a": -{{ v }}}', 11],
    ['{"a" {{ v }}: 1}', 9],
    ['{"a": 1, {{ v }}}', 17],
    ['{"a": [{% for x in [1, 2] %}{{ x }},{% endfor %}]}', 49],
    ["{'a': {{ v }}}", 2],
    ['{"a": {{ v }}', 10],
    ['{"a": {{ v }}, "b": True}', 21],
    ['[{}, {"a": [] {{ v }}}]', 18],
    ['{"a": "{{ v }}\n"}', 15],
    ['', 1],
  ])('refuses %s, whatever the value, at column %i', (source, column) => {
    expect(() => render(source, { v: 1 })).toThrow(
      expect.objectContaining({ name: 'TemplateRuntimeError', line: 1, column }),
    );
  });

  it('reads all that JSON can be', () => {
    const source =
      '{"a": [], "b": {}, "c": [{}, []], "d": -1.5e+3, "e": "\\u00e9\\n\\"", "f": null, "g": {{ v }} }';
    expect(JSON.parse(render(source, { v: { k: [] } }))).toEqual({
      ...{ a: [], b: {}, c: [{}, []], d: -1500, e: 'é\n"', f: null, g: { k: [] } },
    });
  });

  it("takes the author's commas in expressions for text", () => {
    for (const comma of ["{{ ',' if not loop.last }}", "{{ ', ' if not loop.last else '' }}"])
      expect(
        JSON.parse(render(`[{% for x in l %}{{ x }}${comma}{% endfor %}]`, { l: [1, ',', '"'] })),
      ).toEqual([1, ',', '"']);
    const before = "[{% for x in l %}{{ ',' if not loop.first }}{{ x }}{% endfor %}]";
    expect(JSON.parse(render(before, { l: [1, 2] }))).toEqual([1, 2]);
    expect(JSON.parse(render('[{{ "," }}]', {}))).toEqual([',']);
  });

  it('writes what tojson was given, whatever it makes of it', () => {
    const value = { n: Infinity, s: '<"' };
    const source = '{"a": {{ v|tojson(indent=i) }}, "b": {{ v|tojson }}}';
    expect(JSON.parse(render(source, { v: value, i: '"x": 1, ' }))).toEqual({
      a: { n: null, s: '<"' },
      b: { n: null, s: '<"' },
    });
  });

  it('stops values that grow without bound', () => {
    const source =
      '{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}';
    expect(() => render(source, {})).toThrow(expect.objectContaining({ name: 'LimitError', limit: 'steps' }));
  });

  it('leaves the default mode as it is', () => {
    expect(environment.compile('"{{ s }}"').render({ s: 'a"b' })).toBe('"a"b"');
  });
});
