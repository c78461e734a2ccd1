import { describe, expect, it } from '@jest/globals';
import { LimitError, TemplateError, createEnvironment, parseJson, type Value } from './index.ts';

const environment = createEnvironment();
const megabyte = 1 << 20;

const context: Record<string, Value> = {
  body: parseJson(`{"l": [${Array.from({ length: 50_000 }, (_, i) => i).join(',')}], "d": {"a": 1}}`),
  s: 'a'.repeat(megabyte),
  parens: `${')'.repeat(megabyte)}x)`,
  dashes: '-'.repeat(megabyte),
  mails: 'a@'.repeat(megabyte / 2),
  spaces: ' '.repeat(megabyte),
  tags: '<'.repeat(megabyte),
  hosts: `http://${'a.'.repeat(megabyte / 2)}!`,
  quotes: '"'.repeat(megabyte),
  lines: '\n'.repeat(megabyte),
  bugs: '🐛'.repeat(megabyte / 2),
  controls: '\u0001'.repeat(megabyte),
  references: '&lt;'.repeat(megabyte / 4),
  digits: '9'.repeat(megabyte),
  words: 'aa-'.repeat(megabyte / 4),
};

const hundred = (body: string): string =>
  `{% for i in range(100) %}{% for j in range(100) %}${body}{% endfor %}{% endfor %}`;
const doubling = (start: string, next: string, end: string): string =>
  `{% set ns = namespace(x=${start}) %}{% for i in range(100) %}{% set ns.x = ${next} %}{% endfor %}${end}`;

/** Templates that would take too much of something, and the limit that stops each. */
const greedy: [limit: string, template: string][] = [
  ['steps', hundred('{{ body.l|sum }}')],
  ['steps', '{% for i in body.l %}{% for j in body.l %}{% endfor %}{% endfor %}'],
  ['steps', hundred('{{ s|upper|lower|length }}')],
  ['steps', hundred("{{ s.find('b') }}")],
  ['steps', hundred('{% if body.l|sort %}{% endif %}')],
  ['steps', hundred('{{ bugs[i * j] }}')],
  ['steps', hundred('{{ 5 in body.l }}{{ -1 in body.l }}')],
  ['steps', hundred('{{ body|tojson|length }}')],
  ['steps', hundred('{{ s|urlencode|length }}')],
  ['steps', doubling('[1]', '[ns.x, ns.x]', '{{ ns.x }}')],
  ['steps', doubling('[1]', '[ns.x, ns.x]', '{{ ns.x|tojson }}')],
  ['steps', doubling('[1]', '[ns.x, ns.x]', '{{ ns.x|pprint }}')],
  ['steps', doubling('(1,)', '(ns.x, ns.x)', '{{ {ns.x: 1} }}')],
  ['steps', '{{ bugs.swapcase() }}'],
  ['steps', '{{ dashes|wordwrap(10) }}'],
  ['steps', '{{ words|wordwrap(3) }}'],
  ['stringLength', doubling("'aaaaaaaaaa'", 'ns.x ~ ns.x', '')],
  ['stringLength', "{{ 'a' * 10**9 }}"],
  ['stringLength', "{{ '%099999999d' % 1 }}"],
  ['stringLength', "{{ '%.*f' % (10**9, 1.5) }}"],
  ['stringLength', "{{ '{:1000000000}'.format(1) }}"],
  ['stringLength', "{{ '{:{}}'.format(1, 10**9) }}"],
  ['stringLength', '{{ s.center(10**9) }}'],
  ['stringLength', "{{ 'x'|indent(10**9) }}"],
  ['steps', "{{ s|replace('a', s) }}"],
  ['listLength', doubling('[1]', 'ns.x + ns.x', '')],
  ['listLength', '{{ [1] * 10**9 }}'],
  ['listLength', "{{ [1]|batch(10**9, 'x')|list }}"],
  ['steps', `{% set x = 9**20000 %}{% set y = 7**10000 %}${hundred('{% if x // y %}{% endif %}')}`],
  ['steps', `{% set x = 9**20000 %}{% set y = 7**10000 %}${hundred('{% if x % y %}{% endif %}')}`],
  ['steps', `{% set x = 9**20000 %}{% set y = 9**19999 %}${hundred('{% if x / y %}{% endif %}')}`],
  ['steps', `{% set x = 9**10000 %}${hundred('{% if x * x %}{% endif %}')}`],
  ['steps', `{% set x = 9**4000 %}${hundred('{% if x|string %}{% endif %}')}`],
  ['steps', `{% set f = 'f' * 5000 %}${hundred('{% if f|int(0, 16) %}{% endif %}')}`],
  ['steps', `{{ (['x'] * 50000)|map('int')|list|length }}`],
  ['steps', `{{ (['x'] * 50000)|sort(attribute='a,b.c,d')|length }}`],
  ['steps', '{{ (body.l + body.l)|map("float")|list|tojson|length }}'],
  ['steps', '{{ controls|pprint }}'],
  ['steps', '{{ controls|tojson }}'],
  ['steps', '{{ references|striptags }}'],
  ['steps', "{{ s.encode('ascii', 'backslashreplace') }}"],
  ['steps', "{{ s.rsplit('a', 1000000) }}"],
  ['steps', '{{ s|wordcount }}'],
  ['steps', '{{ s[::-1] }}'],
  ['steps', '{{ digits|int }}'],
  ['steps', '{{ digits|float }}'],
  ['integerBits', '{{ 9**(9**9) }}'],
  ['integerBits', '{{ 2**(2**40) }}'],
  ['integerBits', doubling('9', 'ns.x * ns.x', '')],
  ['rangeLength', '{{ range(10**9) }}'],
  ['rangeLength', '{{ range(101) }}'],
  ['recursionDepth', '{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}'],
  ['recursionDepth', '{% for x in [1] recursive %}{{ loop([x]) }}{% endfor %}'],
  ['recursionDepth', '{% block a %}{{ self.a() }}{% endblock %}'],
  ['outputBytes', hundred('{{ s }}')],
  ['outputBytes', '{{ bugs }}{{ bugs }}{{ bugs }}'],
];

/** Regular expressions and scans that are quadratic or worse when written carelessly. */
const backtracking = [
  ...['parens', 'dashes', 'mails', 'spaces', 'hosts', 'quotes'].map((name) => `{{ ${name}|urlize|length }}`),
  ...['spaces', 'lines', 'words'].map((name) => `{{ ${name}|wordwrap(7)|length }}`),
  ...['tags', 'quotes', 'spaces'].map((name) => `{{ ${name}|striptags|length }}`),
  ...['quotes', 'bugs', 'lines'].map((name) => `{{ ${name}|tojson|length }}{{ ${name}|pprint|length }}`),
  '{{ spaces|title|length }}',
  '{{ lines|indent(2, true, true)|length }}',
];

/** What malformed or endless expressions end with. */
const endless = [
  `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
  `{{ ${'1+'.repeat(20_000)}1 }}`,
  `{{ 1${'|string'.repeat(20_000)} }}`,
  `{{ a${'.b'.repeat(20_000)} }}`,
  `{{ ${'not '.repeat(5000)}1 }}`,
  `{{ ${'['.repeat(5000)}`,
  '{% if 1 %}'.repeat(5000),
  `{{ a ${'if a else a '.repeat(5000)}}}`,
];

function failure(template: string): TemplateError {
  try {
    environment.compile(template).render(context);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('It rendered.');
}

/** Processor time in milliseconds, so that a busy machine does not matter. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('limits', () => {
  it.each(greedy)('%s stops %s', (limit, template) => {
    let error: TemplateError | undefined;
    const time = processorTime(() => {
      error = failure(template);
    });
    expect(error).toBeInstanceOf(LimitError);
    expect((error as LimitError).limit).toBe(limit);
    expect(time).toBeLessThan(1500);
  });

  it.each(backtracking)('%s takes time in proportion to the text', (template) => {
    const time = processorTime(() => {
      try {
        environment.compile(template).render(context);
      } catch (error) {
        expect(error).toBeInstanceOf(LimitError);
      }
    });
    expect(time).toBeLessThan(1500);
  });

  it.each(endless)('refuses to compile %s', (template) => {
    const time = processorTime(() => expect(failure(template).name).toBe('TemplateSyntaxError'));
    expect(time).toBeLessThan(1500);
  });

  it('allows what Prefect allows', () => {
    expect(environment.compile('{{ range(100)|length }}').render()).toBe('100');
  });

  it('takes other limits', () => {
    const generous = createEnvironment({ limits: { rangeLength: 1000 } });
    expect(generous.compile('{{ range(1000)|length }}').render()).toBe('1000');
    const strict = createEnvironment({ limits: { templateBytes: 10 } });
    expect(() => strict.compile('12345678901')).toThrow(LimitError);
  });
});

describe('the sandbox', () => {
  const reachingOut = [
    "{{ range.constructor('return process')() }}",
    "{{ ''.constructor.constructor('return process')() }}",
    "{{ [].constructor.constructor('return 1')() }}",
    "{{ body.constructor.constructor('return 1')() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    '{{ (1).__class__.__mro__[1].__subclasses__()[0]() }}',
    '{{ body.__proto__.polluted() }}',
    "{% set ns = namespace() %}{% set ns.__proto__ = {'polluted': 1} %}{{ ns.constructor('return 1')() }}",
    '{{ body.l.append(1) }}',
    "{{ body.d.update({'x': 1}) }}",
    "{{ body.d.pop('a') }}",
    '{{ body.l.sort() }}',
    "{{ '{0.__class__.__mro__}'.format(1).x() }}",
    "{{ lipsum.__globals__['os']() }}",
    '{{ self.__init__.__globals__() }}',
    "{% macro m() %}{% endmacro %}{{ m.constructor('return 1')() }}",
    "{% for x in [1] %}{{ loop.constructor('return 1')() }}{% endfor %}",
    "{{ ['x']|map('constructor')|list }}",
    '{{ 1|constructor }}',
    '{{ 1|__proto__ }}',
    '{{ 1 is constructor }}',
    '{% constructor %}',
    "{{ dict.constructor('return 1')() }}",
    "{{ ('x'|attr('constructor'))('return 1') }}",
    "{{ ('x'|map(attribute='constructor')|first)('return 1') }}",
  ];

  it.each(reachingOut)('keeps %s inside', (template) => {
    expect(failure(template)).toBeInstanceOf(TemplateError);
  });

  it('shows no JavaScript in names', () => {
    expect(
      environment.compile('{{ constructor }}{{ toString }}{{ __proto__ }}{{ hasOwnProperty }}').render(),
    ).toBe('');
    expect(
      environment.compile('{{ s.length }}{{ body.l.length }}{{ body.hasOwnProperty }}').render(context),
    ).toBe('');
  });

  it('leaves the context and later renders alone', () => {
    const shared = parseJson('{"l": [1, 2], "d": {"b": 1, "a": 2}}') as Value;
    const before = environment.compile('{{ v }}').render({ v: shared });
    const template =
      "{% set _ = 'de_DE'|humanize_activate %}{% set l = v.l|sort(reverse=true) %}{% set v2 = v.l + [3] %}{{ v.l|reverse|list }}";
    environment.compile(template).render({ v: shared });
    expect(environment.compile('{{ v }}').render({ v: shared })).toBe(before);
    expect(environment.compile('{{ n|humanize_intcomma }}').render({ n: 1234 })).toBe('1,234');
    expect(environment.compile('{{ ns }}{{ l }}').render()).toBe('');
  });
});
