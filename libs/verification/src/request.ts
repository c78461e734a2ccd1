import { parseJson } from '@tributary/event-schemas';
import { fieldsOf } from './form-fields.ts';
import { jsonAt } from './json-pointer.ts';

/** What a verifier sees of a request. */
export interface VerifiableRequest {
  method: string;
  /** The public URL as it is configured, with path and query as sent; never made from the Host header. */
  url: string;
  /** The path as sent, without the query. */
  path: string;
  /** The query as sent, without its question mark. */
  query: string;
  /** Names and values in turn, as Node gives them. */
  rawHeaders: readonly string[];
  /** The bytes after content-decoding. */
  body: Buffer;
  /** Milliseconds since the epoch. */
  nowMs: number;
}

/** A header that was sent more than once: which one counts is anybody's guess, so none does. */
export const REPEATED = Symbol('repeated');

/** The value of a header by its name in lower case. */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined | typeof REPEATED {
  let found: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index]!;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    if (found !== undefined) return REPEATED;
    found = rawHeaders[index + 1]!;
  }
  return found;
}

/** The value of a query parameter, decoded as in a form. */
export function queryValueOf(query: string, name: string): string | undefined | typeof REPEATED {
  if (query === '') return undefined;
  const values = new URLSearchParams(withoutLeadingMark(query)).getAll(name);
  return values.length > 1 ? REPEATED : values[0];
}

/** `URLSearchParams` drops a leading question mark; in a query it belongs to the first name. */
function withoutLeadingMark(text: string): string {
  return text.startsWith('?') ? `%3F${text.slice(1)}` : text;
}

/** A request with what several verifiers may ask of it, worked out once and only when asked for. */
export interface RequestView {
  request: VerifiableRequest;
  header: (name: string) => string | undefined | typeof REPEATED;
  /** The string or number at a JSON pointer of the body, as text. A form is an object of its fields. */
  json: (pointer: string) => string | undefined;
}

export function viewRequest(request: VerifiableRequest): RequestView {
  let parsed: { value: unknown } | undefined;
  const parse = (): unknown => {
    const contentType = headerOf(request.rawHeaders, 'content-type');
    const json = parseJson(request.body.toString());
    return json === undefined && typeof contentType === 'string' ? fieldsOf(contentType, request.body) : json;
  };
  return {
    request,
    header: (name) => headerOf(request.rawHeaders, name),
    json: (pointer) => {
      parsed ??= { value: parse() };
      return jsonAt(parsed.value, pointer);
    },
  };
}

/** Whether the body is a form, by the content type without its parameters. */
export function isForm(view: RequestView): boolean {
  const contentType = view.header('content-type');
  if (typeof contentType !== 'string') return false;
  return contentType.split(';', 1)[0]!.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}
