import { parseJson } from '@tributary/templating';
import type { Value } from '@tributary/templating';
import { dictOf, dictOfLists } from './dict-of.ts';
import { parseForm } from './form.ts';
import { isJsonLinesType, parseJsonLines } from './json-lines.ts';
import { bodyLimits } from './limits.ts';
import { isJsonType, isXmlType, parseMediaType } from './media-type.ts';
import type { MediaType } from './media-type.ts';
import { formOfParts } from './multipart-form.ts';
import { readMultipart } from './multipart.ts';
import { decodeText } from './text.ts';
import { declaredXmlCharset, parseXml } from './xml.ts';

/** What kept a body, or a part of it, from being what its headers said. */
export type BodyProblem =
  | 'malformed_json'
  | 'malformed_multipart'
  | 'malformed_xml'
  /** More fields, parts, elements or depth than is read; see `bodyLimits`. */
  | 'too_complex'
  | 'unknown_charset'
  | 'not_text';

/** A body as templates see it. */
export interface ParsedBody {
  kind: 'json' | 'form' | 'multipart' | 'xml' | 'text' | 'binary';
  /** The value of the template engine: `body`. Of kinds `text` and `binary` it is `text`. */
  value: Value;
  /** A form's fields with all their values, a list each: `form`. Null when the body is no form. */
  form: Value | null;
  /** The body as text, unparsed: `raw_body`. Base64 of the bytes when they are not text. */
  text: string;
  /** How `text` encodes the bytes, when they are not text themselves: `body_encoding`. */
  encoding: 'base64' | null;
  problem: BodyProblem | null;
}

export interface BodyToParse {
  contentType: string | undefined;
  /** As they are after content-decoding. */
  bytes: Buffer;
  /** Whether XML is parsed; else it is text like any other. */
  parseXml?: boolean;
}

/** What a reader made of a body; `undefined`: nothing but its text. */
type Reading = Partial<Pick<ParsedBody, 'kind' | 'value' | 'form' | 'problem'>> | undefined;

/**
 * What a body means by its content type; the table of design.md, "Bodies". Total: any bytes under any header give a body,
 * and what was wrong with them is named in `problem`. No body gives the empty string. Time and memory are linear in the
 * bytes.
 */
export function parseBody({ contentType, bytes, parseXml: asksForXml = false }: BodyToParse): ParsedBody {
  if (bytes.length === 0) return { kind: 'text', ...unparsed('', null) };
  const media = parseMediaType(contentType);
  const raw = readText(bytes, media);
  if (media.type === 'multipart/form-data') return { ...raw, ...readParts(bytes, media) };
  if (raw.kind === 'binary') return raw;
  return { ...raw, ...readerOf(media.type, asksForXml)(raw.text, media) };
}

function readText(bytes: Buffer, { type, charset }: MediaType): ParsedBody {
  const decoded = decodeText(bytes, charset ?? (isXmlType(type) ? declaredXmlCharset(bytes) : undefined));
  const charsetProblem = decoded.unknownCharset ? 'unknown_charset' : null;
  if (decoded.ok) return { kind: 'text', ...unparsed(decoded.text, charsetProblem) };
  const text = bytes.toString('base64');
  return { kind: 'binary', ...unparsed(text, charsetProblem ?? 'not_text'), encoding: 'base64' };
}

function unparsed(text: string, problem: BodyProblem | null): Omit<ParsedBody, 'kind'> {
  return { value: text, form: null, text, encoding: null, problem };
}

/** Readers of text, by media type. Multipart has none: it is read from the bytes. */
function readerOf(
  type: string | undefined,
  asksForXml: boolean,
): (text: string, media: MediaType) => Reading {
  if (type === 'application/x-www-form-urlencoded') return readForm;
  if (isJsonLinesType(type)) return readJsonLines;
  if (asksForXml && isXmlType(type)) return readXml;
  return readJson;
}

/** Whatever its type says, a body that is JSON is taken for it (Prefect: any other type is tried as JSON first). */
function readJson(text: string, { type }: MediaType): Reading {
  const malformed: Reading = isJsonType(type) ? { problem: 'malformed_json' } : undefined;
  return MAY_BE_JSON.test(text) ? jsonReading(() => parseJson(text), malformed) : malformed;
}

/** How JSON can begin; spares most plain text an error with its stack. */
const MAY_BE_JSON = /^[\t\n\r ]*["[{\-0-9tfn]/;

function readJsonLines(text: string): Reading {
  return jsonReading(() => parseJsonLines(text), { problem: 'malformed_json' });
}

function jsonReading(parse: () => Value, malformed: Reading): Reading {
  try {
    return { kind: 'json', value: parse() };
  } catch (error) {
    // Any failure of the parser says that this is not JSON; nesting beyond its depth included.
    if (error instanceof Error) return malformed;
    throw error;
  }
}

function readForm(text: string, { charset }: MediaType): Reading {
  let separators = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) separators += 1;
  if (separators >= bodyLimits.formFields) return { problem: 'too_complex' };
  const fields = parseForm(text, charset);
  return { kind: 'form', value: dictOf(fields), form: dictOfLists(fields) };
}

function readXml(text: string): Reading {
  const xml = parseXml(text);
  if (xml.ok) return { kind: 'xml', value: xml.value };
  return { problem: xml.reason === 'malformed' ? 'malformed_xml' : xml.reason };
}

/** The bytes of files make most such bodies no text, which is no problem here. */
function readParts(bytes: Buffer, { boundary }: MediaType): Reading {
  const multipart = readMultipart(bytes, boundary);
  if (!multipart.ok)
    return { problem: multipart.reason === 'malformed' ? 'malformed_multipart' : multipart.reason };
  const { value, form, hasMalformedJson } = formOfParts(multipart.parts);
  return { kind: 'multipart', value, form, problem: hasMalformedJson ? 'malformed_json' : null };
}
