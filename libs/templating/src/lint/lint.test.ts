import { describe, expect, it } from '@jest/globals';
import { createEnvironment, lintTemplate } from '../index.ts';

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
  });

  it('finds tojson within quotes', () => {
    expect(rules(event('"{{ body.x|tojson }}"'))).toEqual(['quoted-tojson 1:15']);
  });

  it('finds values outside quotes that are not JSON', () => {
    expect(rules(event('{{ body.x }}'))).toEqual(['bare-interpolation 1:14']);
    expect(rules(event('{{ body.x|upper }}'))).toEqual(['bare-interpolation 1:14']);
    expect(rules(event("{{ body.x == 'a' }}"))).toEqual(['bare-interpolation 1:14']);
    expect(rules(event('{{ true }}'))).toEqual(['bare-interpolation 1:14']);
    expect(rules(event('{{ body.x|default(none) }}'))).toEqual(['bare-interpolation 1:14']);
    expect(rules(event("{{ body.x|int }}{{ ', ' if body.y }}{{ body.n + 1 }}"))).toEqual([]);
    expect(rules(event("{% set j = joiner(',') %}{{ j() }}{{ body.x|tojson }}"))).toEqual([]);
    expect(rules(event('{{ body.x|map("tojson")|join(",") }}'))).toEqual([]);
    expect(rules(event('{{ body.x }}'), { mode: 'json' })).toEqual([]);
  });

  it('finds commas behind the last item', () => {
    const list = (loop: string): string => event(`[${loop}]`);
    expect(rules(list('{% for x in body %}{{ x|tojson }},{% endfor %}'))).toEqual(['trailing-comma 1:15']);
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
  });

  it('finds results that cannot be an event', () => {
    expect(rules('hello {{ body }}')).toContain('not-an-event 1:1');
    expect(rules('{"event": "a"}')).toEqual(['not-an-event 1:1']);
    expect(rules('{"event": "a",\n oops}')).toEqual(['not-an-event 2:2']);
    expect(rules('{"event": {{ body.x|upper|tojson }}}', {})).toEqual([]);
    expect(rules('{{ body|tojson }}')).toEqual([]);
    expect(rules('hello', { result: 'text' })).toEqual([]);
    expect(rules('[]')).toEqual([]);
  });

  it('reports what keeps a template from being saved', () => {
    expect(rules('{{ a|nope }}')).toEqual(['invalid 1:6']);
  });
});
