import { parseJson } from '@tributary/templating';
import type { Value } from '@tributary/templating';
import { dictOf, dictOfLists } from './dict-of.ts';
import { parseForm } from './form.ts';
import { isJsonType, parseMediaType } from './media-type.ts';
import { decodeText } from './text.ts';

/** What kept a body from being what its headers said. */
export type BodyProblem = 'malformed_json' | 'unknown_charset' | 'not_text';

/** A body as templates see it. */
export interface ParsedBody {
  kind: 'json' | 'form' | 'text' | 'binary';
  /** The value of the template engine: `body`. */
  value: Value;
  /** A form's fields with all their values, a list each: `form`. Null when the body is no form. */
  form: Value | null;
  /** The body as text, unparsed: `raw_body`. Base64 of the bytes when they are not text. */
  text: string;
  /** How `text` (and `value`) encode the bytes, when they are not text themselves: `body_encoding`. */
  encoding: 'base64' | null;
  problem: BodyProblem | null;
}

/** A reader of one kind of body: undefined when the text is not of that kind. */
type Reader = (
  text: string,
  charset: string | undefined,
) => Pick<ParsedBody, 'kind' | 'value' | 'form'> | undefined;

/** Readers by media type. Multipart and XML have their place here; until then they are read as any other type. */
const readers: Record<string, Reader | undefined> = {
  'application/x-www-form-urlencoded': readForm,
};

/**
 * What a body means by its content type; the table of design.md, "Bodies". Total: any bytes under any header give a
 * body, and no body gives the empty string. Bytes are as they are after content-decoding.
 */
export function parseBody({
  contentType,
  bytes,
}: {
  contentType: string | undefined;
  bytes: Buffer;
}): ParsedBody {
  if (bytes.length === 0) return plain('');
  const { type, charset } = parseMediaType(contentType);
  const decoded = decodeText(bytes, charset);
  if (!decoded.ok) return binary(bytes, decoded.unknownCharset ? 'unknown_charset' : 'not_text');
  const { text } = decoded;
  const read = (type !== undefined && Object.hasOwn(readers, type) && readers[type]) || readJson;
  const problem = decoded.unknownCharset ? 'unknown_charset' : null;
  const body = read(text, charset);
  if (body) return { ...body, text, encoding: null, problem };
  return { ...plain(text), problem: isJsonType(type) ? 'malformed_json' : problem };
}

function plain(text: string): ParsedBody {
  return { kind: 'text', value: text, form: null, text, encoding: null, problem: null };
}

function binary(bytes: Buffer, problem: BodyProblem): ParsedBody {
  const text = bytes.toString('base64');
  return { kind: 'binary', value: text, form: null, text, encoding: 'base64', problem };
}

/** Whatever its type says, a body that is JSON is taken for it (Prefect: any other type is tried as JSON first). */
function readJson(text: string): ReturnType<Reader> {
  if (!MAY_BE_JSON.test(text)) return undefined;
  try {
    return { kind: 'json', value: parseJson(text), form: null };
  } catch (error) {
    // Any failure of the parser says that this is not JSON; nesting beyond its depth included.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** How JSON can begin; spares most plain text an error with its stack. */
const MAY_BE_JSON = /^[\t\n\r ]*["[{\-0-9tfn]/;

function readForm(text: string, charset: string | undefined): ReturnType<Reader> {
  const fields = parseForm(text, charset);
  return { kind: 'form', value: dictOf(fields), form: dictOfLists(fields) };
}
