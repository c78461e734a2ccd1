import { native, NativeFunction } from '../runtime/callable.ts';
import { escape, escapeToText } from '../values/markup.ts';
import { toArray } from '../values/sequence.ts';
import { Markup, PyTuple, type Value } from '../values/types.ts';
import { stripTags, unescapeHtml } from '../filters/html.ts';
import { joinStrings, strMethods } from './str.ts';

/** Methods of `str` whose result stays Markup. */
const wrapped = new Set(
  (
    'capitalize title lower upper swapcase casefold expandtabs strip lstrip rstrip ljust rjust center zfill translate ' +
    'removeprefix removesuffix replace split rsplit splitlines partition rpartition'
  ).split(' '),
);

/** Methods whose string arguments are escaped first, so that they meet escaped text. */
const escapesArguments = new Set([
  'replace',
  'strip',
  'lstrip',
  'rstrip',
  'ljust',
  'rjust',
  'center',
  'removeprefix',
  'removesuffix',
  'split',
  'rsplit',
  'partition',
  'rpartition',
]);

function wrap(value: Value): Value {
  if (typeof value === 'string') return new Markup(value);
  if (Array.isArray(value)) return (value as Value[]).map(wrap);
  return value instanceof PyTuple ? new PyTuple(value.items.map(wrap)) : value;
}

function wrapMethod(method: NativeFunction): NativeFunction {
  const { name } = method.signature;
  if (name === 'format' || name === 'format_map') return method;
  const body = method.body as (...args: unknown[]) => Value;
  const escaping = escapesArguments.has(name);
  return new NativeFunction(method.signature, (render, self: Markup, ...args: unknown[]) => {
    const prepared = escaping ? args.map((arg) => (typeof arg === 'string' ? escapeToText(arg) : arg)) : args;
    const result = body(render, self.text, ...prepared);
    return wrapped.has(name) ? wrap(result) : result;
  });
}

const join = native(
  'join(iterable, /)',
  (_r, self: Markup, items: Value) =>
    new Markup(
      joinStrings(
        self.text,
        toArray(items).map((item) => escape(item)),
      ),
    ),
);

const methods = new Map<string, NativeFunction>();
for (const [name, method] of strMethods) methods.set(name, wrapMethod(method));
for (const method of [
  join,
  native('striptags()', (_r, self: Markup) => stripTags(self.text)),
  native('unescape()', (_r, self: Markup) => unescapeHtml(self.text)),
  native('escape(s, /)', (_r, _self: Markup, value: Value) => escape(value)),
]) {
  methods.set(method.signature.name, method);
}

/** `str`'s methods as markupsafe has them. */
export const markupMethods: ReadonlyMap<string, NativeFunction> = methods;
