import { LimitError, PythonError, typeError, valueError } from '../errors.ts';
import { addPairs } from '../methods/dict.ts';
import { capitalize } from '../methods/case.ts';
import { truthy } from '../values/compare.ts';
import { PyDict } from '../values/dict.ts';
import { PyRange, indexValue, toArray } from '../values/sequence.ts';
import { Markup, typeName, type Value } from '../values/types.ts';
import { charge } from './budget.ts';
import { NativeFunction, native, type NativeBody } from './callable.ts';
import { Cycler, Joiner, Namespace } from './objects.ts';
import type { Render } from './render.ts';
import { parseSignature } from './signature.ts';

function rangeArgument(value: Value): number {
  const index = indexValue(value);
  if (index === undefined) throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return index;
}

function range(render: Render, ...args: (Value | undefined)[]): Value {
  const numbers = args.filter((arg) => arg !== undefined).map(rangeArgument);
  if (numbers.length === 0) throw typeError('range expected at least 1 argument, got 0');
  const [first = 0, second, step = 1] = numbers;
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw valueError('range() arg 3 must not be zero');
  const result = new PyRange(start, stop, step);
  const maximum = render.options.limits.rangeLength;
  if (result.size > maximum) {
    throw new LimitError(
      'rangeLength',
      maximum,
      `Range too big. The sandbox blocks ranges larger than ${maximum}.`,
    );
  }
  return result;
}

/** The type `dict`: callable, and the owner of `fromkeys`. */
/** A function that is a class in Python, and prints as one. */
class PyType extends NativeFunction {
  override readonly typeName = 'type';
  private readonly qualifiedName: string;

  constructor(qualifiedName: string, signature: string, body: NativeBody) {
    super(parseSignature(signature), body);
    this.qualifiedName = qualifiedName;
  }

  override repr(): string {
    return `<class '${this.qualifiedName}'>`;
  }
}

class DictType extends PyType {
  constructor() {
    super('dict', 'dict(mapping=?, /, **kwargs)', (_render: Render, ...args: never[]) => {
      const [source, keywords] = args as unknown as [Value | undefined, PyDict];
      const dict = new PyDict();
      if (source !== undefined) addPairs(dict, source);
      addPairs(dict, keywords);
      return dict;
    });
  }

  override attribute(name: string): Value | undefined {
    return name === 'fromkeys' ? fromKeys : undefined;
  }
}

const fromKeys = native('fromkeys(iterable, value=None, /)', (_r, keys: Value, value: Value) =>
  PyDict.of(toArray(keys).map((key) => [key, value] as const)),
);

function namespace(_r: Render, source: Value | undefined, keywords: PyDict): Value {
  const result = new Namespace();
  if (source !== undefined) addPairs(result.values, source);
  addPairs(result.values, keywords);
  return result;
}

const loremWords = (
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua ' +
  'enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in ' +
  'reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur excepteur sint occaecat cupidatat non proident sunt ' +
  'culpa qui officia deserunt mollit anim id est laborum'
).split(' ');

/** Random placeholder text: `n` paragraphs of `min` to `max` words, wrapped in `<p>` for `html`. */
function lipsum(render: Render, n: Value, html: Value, min: Value, max: Value): Value {
  const [count, low, high] = [rangeArgument(n), rangeArgument(min), rangeArgument(max)];
  const between = (from: number, to: number): number => {
    if (to <= from) throw valueError(`empty range for randrange() (${from}, ${to}, ${to - from})`);
    return from + Math.floor(render.options.random() * (to - from));
  };
  const paragraphs: string[] = [];
  for (let i = 0; i < count; i++) paragraphs.push(paragraph(between(low, high), between));
  if (!truthy(html)) return paragraphs.join('\n\n');
  return new Markup(paragraphs.map((text) => `<p>${text}</p>`).join('\n'));
}

function paragraph(length: number, between: (from: number, to: number) => number): string {
  charge(1 + Math.max(0, length));
  const words: string[] = [];
  let capital = true;
  let last = '';
  let comma = 0;
  let stop = 0;
  for (let i = 0; i < length; i++) {
    let word = last;
    while (word === last) word = loremWords[between(0, loremWords.length)] as string;
    last = word;
    if (capital) word = capitalize(word);
    capital = false;
    if (i - between(3, 8) > comma) {
      comma = i;
      stop += 2;
      word += ',';
    }
    if (i - between(10, 20) > stop) {
      comma = stop = i;
      word += '.';
      capital = true;
    }
    words.push(word);
  }
  return words.join(' ').replace(/,$|(?<![.,])$/, '.');
}

/** Jinja2's globals as its sandbox has them. */
export function builtinGlobals(): Map<string, Value> {
  return new Map<string, Value>([
    ['range', native('range(start=?, stop=?, step=?, /)', range)],
    ['dict', new DictType()],
    ['lipsum', native('lipsum(n=5, html=True, min=20, max=100)', lipsum)],
    [
      'cycler',
      new PyType('jinja2.utils.Cycler', 'cycler(*items)', (_r, items: Value[]) => {
        if (items.length === 0) throw new PythonError('RuntimeError', 'at least one item has to be provided');
        return new Cycler(items);
      }),
    ],
    ['joiner', new PyType('jinja2.utils.Joiner', "joiner(sep=', ')", (_r, sep: Value) => new Joiner(sep))],
    ['namespace', new PyType('jinja2.utils.Namespace', 'namespace(mapping=?, /, **kwargs)', namespace)],
  ]);
}
