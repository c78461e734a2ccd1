import { parseForm } from '@tributary/body-parsing';
import { isForm, REPEATED } from './request.ts';
import type { RequestView } from './request.ts';
import { decodedUrl, urlWithoutPort, urlWithPort } from './signed-url.ts';

/** What stands between the braces of a placeholder; the argument follows a colon. */
export interface Placeholder {
  name: PlaceholderName;
  argument: string;
}

/** A pattern taken apart: literal texts and placeholders. */
export type PatternPart = string | Placeholder;

export type ParsedPattern = { ok: true; parts: PatternPart[] } | { ok: false; message: string };

/** What a placeholder may refer to beside the request itself. */
export interface SignedContext {
  view: RequestView;
  timestamp: string | undefined;
  id: string | undefined;
}

interface PlaceholderRule {
  /** The argument it takes. */
  argument?: RegExp;
  meaning: string;
  /** Undefined: the request lacks it. */
  resolve: (context: SignedContext, argument: string) => string | Buffer | undefined;
}

const urlForms: Record<string, (url: string) => string> = {
  '': (url) => url,
  decoded: decodedUrl,
  with_port: urlWithPort,
  without_port: urlWithoutPort,
};

/** Everything a pattern can name. */
export const placeholders = {
  body: {
    meaning: 'the bytes of the body after content-decoding',
    resolve: ({ view }) => view.request.body,
  },
  timestamp: {
    meaning: 'the timestamp as it was sent',
    resolve: ({ timestamp }) => latin1(timestamp),
  },
  id: { meaning: 'the value of `id_header`', resolve: ({ id }) => latin1(id) },
  method: { meaning: 'the method, in capitals', resolve: ({ view }) => view.request.method },
  url: {
    argument: /^(?:decoded|with_port|without_port)?$/,
    meaning:
      "the public URL with path and query as sent; `{url:with_port}` and `{url:without_port}` with the scheme's port written out or left out, `{url:decoded}` with `: / ? @ ! $ ' ( ) * , ;` not percent-encoded",
    resolve: ({ view }, argument) => urlForms[argument]!(view.request.url),
  },
  path: { meaning: 'the path as sent', resolve: ({ view }) => view.request.path },
  query: {
    meaning: 'the query as sent, without the question mark',
    resolve: ({ view }) => view.request.query,
  },
  header: {
    argument: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/,
    meaning: '`{header:name}`: the value of a header',
    resolve: ({ view }, argument) => {
      const value = view.header(argument.toLowerCase());
      return value === REPEATED ? undefined : latin1(value);
    },
  },
  json: {
    argument: /^(?:\/(?:[^/~]|~[01])*)+$/,
    meaning: '`{json:/pointer}`: a string or number of a JSON body, or a field of a form',
    resolve: ({ view }, argument) => view.json(argument),
  },
  form: {
    meaning: 'names and values of a form, sorted by name, nothing between them; empty for any other body',
    resolve: ({ view }) => sortedForm(view),
  },
} as const satisfies Record<string, PlaceholderRule>;

export type PlaceholderName = keyof typeof placeholders;

const TOKEN = /\{\{|\}\}|\{([a-z]+)(?::([^{}]*))?\}|[{}]/g;

/** Reads a pattern: `{name}` and `{name:argument}` are placeholders, `{{` and `}}` are braces. */
export function parsePattern(text: string): ParsedPattern {
  const parts: PatternPart[] = [];
  let literal = '';
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (match[0] === '{{' || match[0] === '}}') {
      literal += match[0][0]!;
      continue;
    }
    const [whole, name = '', argument = ''] = match;
    if (!isPlaceholder(name)) return { ok: false, message: `${whole} is no placeholder` };
    const rule: PlaceholderRule = placeholders[name];
    if (!(rule.argument ?? /^$/).test(argument))
      return { ok: false, message: `${whole}: the argument does not fit` };
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push({ name, argument });
  }
  literal += text.slice(end);
  if (literal !== '') parts.push(literal);
  return { ok: true, parts };
}

/** The pieces of what was signed, in order; undefined when the request lacks one of them. */
export function fillPattern(
  parts: readonly PatternPart[],
  context: SignedContext,
): (string | Buffer)[] | undefined {
  const chunks: (string | Buffer)[] = [];
  for (const part of parts) {
    const chunk = typeof part === 'string' ? part : placeholders[part.name].resolve(context, part.argument);
    if (chunk === undefined) return undefined;
    chunks.push(chunk);
  }
  return chunks;
}

function isPlaceholder(name: string): name is PlaceholderName {
  return Object.hasOwn(placeholders, name);
}

/** Node reads header bytes as Latin-1; what was signed is the bytes. */
function latin1(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'latin1');
}

/** A name that is repeated appears with each of its different values, in order (as Twilio's helper libraries do). */
function sortedForm(view: RequestView): string {
  if (!isForm(view)) return '';
  const unique = new Map<string, Set<string>>();
  for (const [name, value] of parseForm(view.request.body.toString('utf8'))) {
    const values = unique.get(name);
    if (values) values.add(value);
    else unique.set(name, new Set([value]));
  }
  return [...unique.keys()]
    .sort()
    .flatMap((name) => [...unique.get(name)!].sort().map((value) => name + value))
    .join('');
}
