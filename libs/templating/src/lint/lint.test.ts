import { describe, expect, it } from '@jest/globals';
import { createEnvironment, lintExpression, lintTemplate } from '../index.ts';

const environment = createEnvironment();
const rules = (source: string, options = {}): string[] =>
  lintTemplate(source, environment, options).map(({ rule, line, column }) => `${rule} ${line}:${column}`);
const event = (name: string): string => `{"event": ${name}, "resource": {"prefect.resource.id": "x"}}`;

describe('lintTemplate', () => {
  it('finds values put into strings unescaped', () => {
    expect(rules(event('"a.{{ body.x }}"'))).toEqual(['unescaped-interpolation 1:17']);
    expect(rules(event('{{ body.x|tojson }}'))).toEqual([]);
    expect(rules(event('"{{ body.n|int }}{{ loop.index }}{{ method }}"'))).toEqual([]);
    expect(rules(event('"{{ body.x }}"'), { mode: 'json' })).toEqual([]);
  });

  it('follows strings through loops and branches', () => {
    const source = event('"{% if body.a %}{{ body.a }}{% else %}b{% endif %}"');
    expect(rules(source)).toEqual(['unescaped-interpolation 1:30']);
    expect(rules(`{% if body.a %}${event('"{{ body.x }}"')}{% endif %}`)).toEqual([
      'unescaped-interpolation 1:30',
    ]);
  });

  it('looks into macros, calls and captured text that write JSON', () => {
    const macro = '{% macro label(x) %}{"name": "{{ x }}", "n": {{ x|int }}}{% endmacro %}';
    expect(rules(macro + event('"a", "payload": {{ label(body.x) }}'))).toEqual([
      'unescaped-interpolation 1:34',
    ]);
    const captured = '{% set name %}"{{ body.name }}"{% endset %}';
    expect(rules(captured + event('{{ name }}'))).toEqual(['unescaped-interpolation 1:19']);
    const plain = '{% set name %}{{ body.first }} "{{ body.last }}"{% endset %}';
    expect(rules(plain + event('{{ name|tojson }}'))).toEqual([]);
  });

  it('knows what escapes', () => {
    expect(rules(event('"a.{{ (body.x|tojson)[1:-1] }}"'))).toEqual([]);
    expect(rules(event('"{{ body.n|humanize_naturalsize }}"'))).toEqual([]);
    expect(rules(event("\"{{ body.x|replace('\"', '') }}\""))).toEqual([]);
  });

  it('finds tojson within quotes', () => {
    expect(rules(event('"{{ body.x|tojson }}"'))).toEqual(['quoted-tojson 1:15']);
  });

  it('finds values outside quotes that are not JSON', () => {
    expect(rules(event('{{ body.x }}'))).toEqual(['bare-interpolation 1:14']);
    expect(rules(event('{{ body.x|upper }}'))).toEqual(['bare-interpolation 1:14']);
    expect(rules(event("{{ body.x == 'a' }}"))).toEqual(['bare-interpolation 1:14']);
    expect(rules('{{ body }}')).toEqual(['bare-interpolation 1:4']);
    expect(rules("{{ {'event': 'a'} }}")).toEqual(['bare-interpolation 1:4']);
    expect(rules('{{ body.message }}')).toEqual([]);
    expect(rules(event('{{ true }}'))).toEqual(['bare-interpolation 1:14']);
    expect(rules(event('{{ body.x|default(none) }}'))).toEqual(['bare-interpolation 1:14']);
    expect(rules(event("{{ body.x|int }}{{ ', ' if body.y }}{{ body.n + 1 }}"))).toEqual([]);
    expect(rules(event("{% set j = joiner(',') %}{{ j() }}{{ body.x|tojson }}"))).toEqual([]);
    expect(rules(event('{{ body.x|map("tojson")|join(",") }}'))).toEqual([]);
    expect(rules(event('{{ body.x }}'), { mode: 'json' })).toEqual([]);
  });

  it('finds commas behind the last item', () => {
    const list = (loop: string): string => event(`"a", "payload": {"list": [${loop}]}`);
    expect(rules(list('{% for x in body %}{{ x|tojson }},{% endfor %}'))).toEqual(['trailing-comma 1:40']);
    expect(rules(list("{% for x in body %}{{ x|tojson }}{{ ',' if not loop.last }}{% endfor %}"))).toEqual(
      [],
    );
    expect(rules(list('{% for x in body %}{{ x|tojson }}, {% endfor %} 0'))).toEqual([]);
  });

  it('finds names that nothing has, and suggests others', () => {
    const [finding] = lintTemplate('{{ bdy.x|tojson }}', environment);
    expect(finding).toMatchObject({ rule: 'unknown-name', line: 1, column: 4, hint: "Did you mean 'body'?" });
    expect(
      rules('{% set a = 1 %}{{ a }}{% for b in body %}{{ b }}{{ loop.index }}{% endfor %}{{ x is defined }}'),
    ).toEqual([]);
    expect(rules('{{ mine }}', { names: ['mine'] })).toEqual([]);
    expect(lintTemplate('{% for a in b %}{{ a }}{% endfor %}', environment)[0]).not.toHaveProperty('hint');
    expect(rules('{{ event.id }}', { result: 'text' })).toEqual([]);
    expect(rules('{{ event|tojson }}')).toEqual(['unknown-name 1:4']);
  });

  it('finds results that cannot be an event', () => {
    const resource = '"resource": {"prefect.resource.id": "{{ body.id|tojson|replace(\'"\', \'\') }}"}';
    const wrong: [source: string, place: string][] = [
      ['hello {{ body }}', '1:1'],
      ['"{{ body.x|int }}"', '1:1'],
      ['{"event": "a"}', '1:1'],
      ['{"event": "a",\n oops}', '2:2'],
      ['{"event": "a",\n oops: {{ body|tojson }}}', '2:2'],
      ['{"event": {{ body.x|upper|tojson }}}', '1:1'],
      ['{"event": {{ body.x|tojson }}, "n": {{ body.n|int }}}', '1:1'],
      [' {"event": "a", "resource": {"id": {{ body.id|tojson }} } }', '1:2'],
      [`{"event": 1, ${resource}}`, '1:1'],
      [`{"event": "", ${resource}}`, '1:1'],
      [`{"event": "a", ${resource}`, `1:${16 + resource.length}`],
      [`{"event": "a", ${resource}, }`, `1:${18 + resource.length}`],
      [`{"event": "a" ${resource}}`, '1:15'],
      [`{'event': 'a', ${resource}}`, '1:2'],
      [`{"event": "a\n", ${resource}}`, '1:13'],
      [`[{"event": "a", ${resource}}, 1]`, '1:1'],
      [`{% if body.a %}{"event": "a", ${resource}{% else %}[{% endif %}`, `1:${31 + resource.length}`],
      ['{"event": "a"} {# a comment of a template that Prefect takes as it is #}', '1:16'],
    ];
    for (const [source, place] of wrong)
      expect([source, ...rules(source)]).toEqual([source, `not-an-event ${place}`]);
  });

  it('says nothing where a value, a branch or a loop may make an event of it', () => {
    const id = '"prefect.resource.id": "x"';
    for (const source of [
      '{{ body|tojson }}',
      '{{ body|from_cloud_event(headers) }}',
      '{{ raw_body }}',
      '[]',
      `[{"event": "a", "resource": {${id}}}]`,
      `{"event": "a", {{ body.members|tojson }}, "resource": {{ body.r|tojson }} }`,
      `{"event": "a", "resource": {${id}{% for k in [1] %}, "k{{ k|int }}": "x"{% endfor %} } }`,
      `[{% for x in body %}{{ ',' if not loop.first }}{"event": "a", "resource": {${id}}}{% endfor %}]`,
      `[{% set j = joiner(',') %}{% for x in body %}{{ j() }}{"event": "a", "resource": {${id}}}{% endfor %}]`,
      `{% if body.a %}{"event": "a", {% else %}{"event": "b", {% endif %}"resource": {${id}}}`,
      `{% if body.a %}{"event": "a", "resource": {${id}}}{% endif %}{% if not body.a %}[]{% endif %}`,
      `{%- set a = body.a -%}\n{"event": {{ a|tojson }}, "n": 1{{ '0' }}, "resource": {${id}}}`,
    ])
      expect([source, ...rules(source)]).toEqual([source]);
    expect(rules('hello', { result: 'text' })).toEqual([]);
  });

  it('knows that a value in JSON mode is one value', () => {
    const rest = '"resource": {"prefect.resource.id": "{{ body.id }}"}';
    expect(rules(`{"event": {{ body.x }}, ${rest}}`, { mode: 'json' })).toEqual([]);
    expect(rules(`{"event": 1{{ body.x }}, ${rest}}`, { mode: 'json' })).toEqual(['not-an-event 1:15']);
    expect(rules(`{"event": {{ body.x }}, {{ body.y }} ${rest}}`, { mode: 'json' })).toEqual([
      'not-an-event 1:38',
    ]);
    expect(rules(`{"event": "{{ body.x|tojson }}", ${rest}}`, { mode: 'json' })).toEqual([
      'quoted-tojson 1:15',
    ]);
  });

  it('looks into lone expressions', () => {
    expect(lintExpression("body.action == 'opened' and not headers.x", environment)).toEqual([]);
    expect(lintExpression("bdy.action == 'opened'", environment)).toMatchObject([
      { rule: 'unknown-name', line: 1, column: 1, hint: "Did you mean 'body'?" },
    ]);
    expect(lintExpression('body ==', environment)).toMatchObject([{ rule: 'invalid', line: 1, column: 8 }]);
  });

  it('reports what keeps a template from being saved', () => {
    expect(rules('{{ a|nope }}')).toEqual(['invalid 1:6']);
  });
});
