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
  "macro": {{ m(s) }}
}`;
const prelude = '{% macro m(x) %}<{{ x }}>{% endmacro %}';

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
    '{"a": 1{{ v }}}',
    '{"a": {{ v }}{{ v }}}',
    '{"a": {{ v }}x}',
    '{"a": "\\{{ v }}"}',
    '{"a": -{{ v }}}',
  ])('refuses %s, whatever the value', (source) => {
    expect(() => render(source, { v: 1 })).toThrow(
      expect.objectContaining({ name: 'TemplateRuntimeError', line: 1 }),
    );
  });

  it('leaves the default mode as it is', () => {
    expect(environment.compile('"{{ s }}"').render({ s: 'a"b' })).toBe('"a"b"');
  });
});
