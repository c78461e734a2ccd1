/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The context of generated templates, as JSON text. */
export const fuzzContext = `{
  "n": null, "t": true, "f": false, "i": 7, "neg": -3, "z": 0, "big": 12345678901234567890, "x": 2.5, "one": 1.0,
  "tiny": 1e-7, "huge": 1e20, "s": "Hello, World", "e": "", "u": "Grüße 🐛 ǆ", "h": "<b>\\"it's\\"</b> & more",
  "m": "first line\\nsecond\\n\\n third", "d": {"b": 1, "a": "two", "items": [1, 2], "c": null, "10": "x"},
  "l": [3, 1, 2, 2], "w": ["pear", "Apple", "fig"], "nested": [[1, 2], [3, 4]], "empty": [], "o": {},
  "users": [{"name": "Ann", "age": 31, "tags": ["a", "b"], "ok": true}, {"name": "bob", "age": 7, "tags": [], "ok": false},
            {"name": "Cid", "age": null, "tags": ["b"]}],
  "body": {"action": "opened", "number": 42, "repo": {"full_name": "octo/Hello-World", "stars": 1.5}, "list": [1, "2", null]}
}`;

const names = 'n t f i neg z big x one tiny huge s e u h m d l w nested empty o users body missing'.split(
  ' ',
);
const binary = [
  '+',
  '-',
  '*',
  '/',
  '//',
  '%',
  '~',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'not in',
  'and',
  'or',
];
const texts = [
  "''",
  "'a'",
  "'Hello World'",
  "'%s-%d'",
  "'{}:{:>5}'",
  "'x,y,z'",
  "'é🐛'",
  "'<a>'",
  "' pad '",
  "'1.50'",
  "'0x1f'",
];
const filters = [
  ...'abs capitalize count dictsort e escape filesizeformat first float forceescape int items last length list lower'.split(
    ' ',
  ),
  ...'max min pprint reject reverse round select sort string striptags sum title tojson trim unique upper urlencode'.split(
    ' ',
  ),
  ...'wordcount xmlattr wordwrap urlize safe'.split(' '),
];
const filtersWithArguments = [
  "default('dflt')",
  "default('dflt', true)",
  "join(', ')",
  'join',
  "replace('l', 'L')",
  "replace('', '-', 3)",
  'truncate(8)',
  "truncate(9, true, '…')",
  'center(20)',
  'indent(2)',
  'indent(2, true, true)',
  'batch(2)|list',
  "batch(3, 'x')|list",
  'slice(2)|list',
  'round(1)',
  "round(0, 'floor')",
  "round(-1, 'ceil')",
  "map('upper')|list",
  "map(attribute='name')|list",
  "map(attribute='age', default=0)|list",
  "selectattr('ok')|list",
  "rejectattr('ok')|map(attribute='name')|join(',')",
  "selectattr('age', 'gt', 10)|list",
  "select('odd')|list",
  "reject('none')|list",
  "groupby('ok')",
  "groupby('tags', default=[])|list",
  "sort(attribute='name')",
  'sort(reverse=true)',
  "sum(attribute='age')",
  'sum(start=1)',
  "attr('real')",
  "format(i, 'b')",
  "dictsort(by='value')",
  'wordwrap(6)',
  'int(default=5)',
  'int(base=16)',
  'float(1.5)',
  'tojson(indent=2)',
  'unique(true)|list',
  "trim('Hd')",
];
const tests = [
  ...'defined undefined none string number integer float mapping sequence iterable callable odd even lower upper true false'.split(
    ' ',
  ),
  ...'boolean escaped'.split(' '),
  'divisibleby 3',
  'eq 7',
  'in [7, 1]',
  'sameas none',
  'gt 1',
];
const methods = [
  ...'upper() lower() title() capitalize() swapcase() strip() split() splitlines() isdigit() isalpha() copy()'.split(
    ' ',
  ),
  // As lists: what is subtracted from a view is a set, and the order of a set's texts changes from run to run in Python.
  'keys()|list',
  'items()|list',
  ...'values() casefold() istitle() bit_length() is_integer()'.split(' '),
  "split(',')",
  "split('l', 1)",
  "rsplit(' ', 1)",
  "replace('o', '0')",
  "find('o')",
  "index('l')",
  "count('l')",
  "startswith('He')",
  'center(15)',
  'zfill(14)',
  "ljust(15, '*')",
  "join(['a', 'b'])",
  "get('b')",
  "get('zz', 5)",
  "partition(',')",
  'format(1, 2, a=3)',
  "strip('Hd')",
  "encode('utf-8')",
  "removeprefix('He')",
];
const formats = [
  "'%05d|%x|%o'",
  "'%.2f %e %g'",
  "'%s %r'",
  "'%-8s|%8s'",
  "'%+d % d'",
  "'%%'",
  "'%c'",
  "'%(b)s'",
];

/** Filters (and their likes) that suit each kind of operand, and the operands: most templates should render. */
const kinds = {
  text: {
    atoms: ['s', 'u', 'h', 'm', 'e', 'body.action', 'body.repo.full_name', 'users[0].name', ...texts],
    steps: [
      ...'|capitalize |upper |lower |title |trim |length |list |reverse |wordcount |urlencode |urlize |escape |e |safe'.split(
        ' ',
      ),
      ...'|striptags |string |tojson |forceescape |first |last |unique|list |sort |int |float |wordwrap |center |pprint'.split(
        ' ',
      ),
      ...[
        "|replace('l', 'L')",
        "|replace('', '-', 3)",
        '|truncate(8)',
        "|truncate(9, true, '…')",
        '|center(20)',
        '|indent(2)',
      ],
      ...[
        '|indent(2, true, true)',
        '|wordwrap(6)',
        '|wordwrap(5, false)',
        "|join('-')",
        '|int(base=16)',
        '|float(1.5)',
        "|trim('Hd')",
      ],
      ...[
        "|default('x', true)",
        '|batch(3)|list',
        '|upper|lower',
        "|format(1, 2)|d('')",
        '[0]',
        '[-1]',
        '[1:3]',
        '[::-1]',
        '[:100:2]',
      ],
      ...methods.slice(0, 5).map((method) => `.${method}`),
      ...["' '", "', '"].map((separator) => `.split(${separator})`),
      ...[
        '.split()',
        '.splitlines()',
        '.strip()',
        '.isdigit()',
        '.casefold()',
        '.istitle()',
        ".split('l', 1)",
        ".rsplit(' ', 1)",
      ],
      ...[
        ".replace('o', '0')",
        ".find('o')",
        ".count('l')",
        ".startswith('He')",
        '.center(15)',
        '.zfill(14)',
        ".ljust(15, '*')",
      ],
      ...[
        ".join(['a', 'b'])",
        ".partition(',')",
        '.encode()',
        ".removeprefix('He')",
        '.title()|safe + h',
        ' * 2',
        " + 'z'",
        ' ~ i',
        ' in s',
      ],
      ...[
        ' is lower',
        ' is upper',
        ' is string',
        ' is sequence',
        ' is iterable',
        ' < s',
        ' == s',
        ' and i',
        ' or i',
        ' is escaped',
      ],
    ],
  },
  number: {
    atoms: [
      'i',
      'neg',
      'z',
      'big',
      'x',
      'one',
      'tiny',
      'huge',
      '1',
      '2.675',
      '0.5',
      '1e3',
      '1_000',
      '100',
      'body.number',
      't',
      'f',
    ],
    steps: [
      ...'|abs |int |float |round |round(1) |string |tojson |filesizeformat |filesizeformat(true) |e |pprint'.split(
        ' ',
      ),
      ...[
        "|round(0, 'floor')",
        "|round(1, 'ceil')",
        '|round(-1)',
        ' + 1',
        ' - 2.5',
        ' * 3',
        ' / 4',
        ' // 3',
        ' % 4',
        ' ** 2',
        ' ~ 1',
      ],
      ...[
        ' // 2.0',
        ' % -3',
        ' % 2.5',
        ' // -2',
        ' / 3.0',
        ' > 2',
        ' == 7',
        ' < x <= 9',
        ' is odd',
        ' is even',
        ' is number',
        ' is float',
      ],
      ...[
        ' is integer',
        ' is divisibleby 3',
        ' is gt 1',
        ' in l',
        ' and s',
        ' or s',
        ' if t else s',
        '|default(3)',
        '.real',
        " * 'ab'",
      ],
    ],
  },
  list: {
    atoms: [
      'l',
      'w',
      'users',
      'nested',
      'empty',
      '[1, "a", none]',
      '(1, 2)',
      '("x",)',
      'range(5)',
      'd.items()|list',
      'body.list',
      '[i, x, s]',
      'd.keys()|list',
    ],
    steps: [
      ...'|length |first |last |list |reverse|list |string |tojson |pprint |unique|list |sort |min |max |sum |join'.split(
        ' ',
      ),
      ...[
        "|join(', ')",
        "|map('upper')|list",
        "|map(attribute='name')|list",
        "|map(attribute='age', default=0)|list",
        "|map('string')|join",
      ],
      ...[
        "|selectattr('ok')|list",
        "|rejectattr('ok')|map(attribute='name')|join(',')",
        "|select('odd')|list",
        "|reject('none')|list",
      ],
      ...[
        '|select|list',
        "|groupby('ok')",
        "|groupby('name')|list",
        "|groupby('tags', default=[])|length",
        "|sort(attribute='name')",
      ],
      ...[
        '|sort(reverse=true)',
        "|sum(attribute='age')",
        '|sum(start=1)',
        '|batch(2)|list',
        "|batch(3, 'x')|list",
        '|slice(2)|list',
      ],
      ...[
        "|slice(3, 'y')|list",
        '[0]',
        '[-1]',
        '[1:]',
        '[::-1]',
        '[5]',
        '[0].name',
        '.count(2)',
        '.index(2)',
        '.0',
        ' + [1]',
        ' * 2',
        ' == l',
      ],
      ...[
        ' is sequence',
        ' is iterable',
        ' is mapping',
        '|tojson(indent=2)',
        '|unique(true)|list',
        "|map('length')|list",
        '|default([])|last',
      ],
      ...[
        "|map(attribute='tags')|sum(start=[])",
        "|map('abs')|list",
        "|selectattr('age', 'none')|map(attribute='name')|list",
        '|max(attribute="age")',
      ],
    ],
  },
  dict: {
    atoms: [
      'd',
      'o',
      'body',
      'body.repo',
      'users[0]',
      "{'k': [1, x], 2: none}",
      'dict(a=1, b=s)',
      "dict([('q', 1)])",
    ],
    steps: [
      ...'|length |list |dictsort |items|list |string |tojson |pprint |first |xmlattr |urlencode |sort |join'.split(
        ' ',
      ),
      ...[
        "|dictsort(by='value')|list|length",
        '|tojson(indent=2)',
        '.items()|list',
        '.keys()|list',
        '.values()|list',
        "['b']",
      ],
      ...[
        '.a',
        '.missing',
        '.missing.deep',
        ".get('b')",
        ".get('zz', 5)",
        '|default({})',
        ' is mapping',
        ' == d',
        '|attr("b")',
        '|count',
      ],
      ...[
        '.items()|sort',
        '|dictsort(reverse=true)',
        '.copy()|length',
        "|map('upper')|list",
        '.name',
        '.full_name',
        '.stars + 1',
      ],
    ],
  },
} as const;

/** Templates from Jinja2's grammar. Some of them fail; both engines then have to. */
export class TemplateGenerator {
  private readonly random: () => number;
  private loops = 0;

  constructor(random: () => number) {
    this.random = random;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  template(): string {
    this.loops = 0;
    return this.body(3);
  }

  private body(depth: number): string {
    return Array.from({ length: 1 + this.below(2) }, () => this.node(depth)).join('');
  }

  private node(depth: number): string {
    const kind = this.below(depth > 0 ? 20 : 9);
    const left = this.chance(0.1) ? '-' : '';
    const right = this.chance(0.1) ? '-' : '';
    if (kind < 2)
      return this.pick(['text ', '\n', ' a{b}c ', '"quoted"', '  \n  ', 'é', '{ {', '{# note #}']);
    if (kind < 9) return `{{${left} ${this.expression(3)} ${right}}}`;
    const tag = (text: string): string => `{%${left} ${text} ${right}%}`;
    switch (kind) {
      case 9:
      case 10:
        return `${tag(`if ${this.expression(2)}`)}${this.body(depth - 1)}${this.chance(0.5) ? `{% else %}${this.body(depth - 1)}` : ''}{% endif %}`;
      case 11:
      case 12:
      case 13:
        return this.loop(depth, tag);
      case 14:
        return tag(`set ${this.pick(['v', 'i', 's', 'l'])} = ${this.expression(3)}`);
      case 15:
        return `${tag('set v')}${this.body(depth - 1)}{% endset %}{{ v }}`;
      case 16:
        return `${tag(`with v = ${this.expression(2)}, q = v`)}${this.body(depth - 1)}{{ v }}{{ q }}{% endwith %}`;
      case 17:
        return `${tag(`macro m${this.below(2)}(a, b=${this.expression(1)})`)}[{{ a }}|{{ b }}${this.chance(0.3) ? '|{{ varargs }}{{ kwargs }}' : ''}]{% endmacro %}{{ ${this.pick(['m0', 'm1'])}(${this.expression(1)}${this.chance(0.3) ? `, b=${this.expression(1)}` : ''}) }}`;
      case 18:
        return `${tag(`filter ${this.pick(['upper', 'trim', 'title', "replace('a', 'b')", 'length', 'escape'])}`)}${this.body(depth - 1)}{% endfilter %}`;
      default:
        return `${tag(`autoescape ${this.pick(['true', 'false', 't'])}`)}${this.body(depth - 1)}{% endautoescape %}`;
    }
  }

  private loop(depth: number, tag: (text: string) => string): string {
    if (++this.loops > 3) return 'no loop';
    const iterable = this.pick([
      'l',
      'w',
      'users',
      'nested',
      'd',
      'd.items()',
      'empty',
      's',
      'range(3)',
      'missing',
      'o',
      this.expression(2),
    ]);
    const target = this.pick(['v', 'v', 'v', 'a, b']);
    const condition = this.chance(0.2)
      ? ` if ${this.pick(['v', 'loop', 'v is defined', this.expression(1)])}`
      : '';
    const uses = this.chance(0.5)
      ? `{{ ${this.pick(['loop.index', 'loop.first', 'loop.last', 'loop.length', 'loop.revindex', "loop.cycle('x', 'y')", 'loop.previtem', 'loop.nextitem', 'loop.changed(v)', 'loop.depth', 'loop'])} }}`
      : '';
    const otherwise = this.chance(0.3) ? `{% else %}${this.body(0)}` : '';
    return `${tag(`for ${target} in ${iterable}${condition}`)}${uses}${this.body(depth - 1)}{{ v }}${otherwise}{% endfor %}`;
  }

  expression(depth: number): string {
    if (depth <= 0 || this.chance(0.1)) return this.atom();
    if (this.chance(0.72)) return this.typed();
    const inner = (): string => this.expression(depth - 1);
    switch (this.below(16)) {
      case 0:
      case 1:
        return `${inner()} ${this.pick(binary)} ${inner()}`;
      case 2:
        return `(${inner()})`;
      case 3:
        return `${this.pick(['-', 'not ', '+'])}${inner()}`;
      case 4:
        return `${this.postfix()}[${this.pick(['0', '-1', "'b'", '1:', ':2', '::-1', '1:3', inner()])}]`;
      case 5:
        return `${this.postfix()}.${this.pick(['name', 'b', 'repo.full_name', 'action', 'missing.deep', '0', 'real', '__class__'])}`;
      case 6:
      case 7:
        return `${this.operand(depth)}|${this.pick(filters)}`;
      case 8:
      case 9:
        return `${this.operand(depth)}|${this.pick(filtersWithArguments)}`;
      case 10:
        return `${this.operand(depth)} is ${this.chance(0.3) ? 'not ' : ''}${this.pick(tests)}`;
      case 11:
        return `${inner()} if ${inner()}${this.chance(0.7) ? ` else ${inner()}` : ''}`;
      case 12:
        return `[${inner()}, ${inner()}]`;
      case 13:
        return this.pick([
          `(${inner()},)`,
          `(${inner()}, ${inner()})`,
          `{'k': ${inner()}, 1: ${inner()}}`,
          `dict(a=${inner()})`,
        ]);
      case 14:
        return `${this.postfix()}.${this.pick(methods)}`;
      default:
        return `${this.pick(formats)} ${this.pick(['%', '%'])} ${this.pick(['(i, x, s)', 'i', '(x, x, x)', '(s, u)', 'd', inner()])}`;
    }
  }

  /** An operand with one or two steps that suit it. */
  private typed(): string {
    const { atoms, steps } = kinds[this.pick(['text', 'number', 'list', 'dict'] as const)];
    let result: string = this.pick(atoms as readonly string[]);
    result = `${result}${this.pick(steps as readonly string[])}`;
    if (this.chance(0.25))
      result = `(${result})${this.pick(['|string|upper', '|tojson', '|string|length', '|default(1)', '|e', '|list|length', ' == 1', ' is none', '|pprint', "~ '!'"])}`;
    return result;
  }

  private operand(depth: number): string {
    return this.chance(0.6) ? this.atom() : `(${this.expression(depth - 1)})`;
  }

  private postfix(): string {
    return this.chance(0.7) ? this.pick(names) : this.pick(texts);
  }

  private atom(): string {
    switch (this.below(5)) {
      case 0:
        return this.pick([
          '0',
          '1',
          '2',
          '3',
          '10',
          '1.0',
          '0.5',
          '1e3',
          '2.675',
          '100',
          'true',
          'none',
          '1_000',
        ]);
      case 1:
        return this.pick(texts);
      default:
        return this.chance(0.15) ? 'v' : this.pick(names);
    }
  }
}
