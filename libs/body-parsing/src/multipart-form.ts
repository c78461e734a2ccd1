import { PyDict, parseJson } from '@tributary/templating';
import type { Value } from '@tributary/templating';
import { dictOf, dictOfLists } from './dict-of.ts';
import { isJsonType, parseMediaType } from './media-type.ts';
import type { Part } from './multipart.ts';
import { decodeText } from './text.ts';

/** The fields of a form as templates see them; of a repeated name `value` has the last, as in an urlencoded form. */
export interface MultipartForm {
  value: Value;
  /** All values of each name, a list each. */
  form: Value;
  /** A part of a JSON type that is not JSON: its field is the text. */
  hasMalformedJson: boolean;
}

/** A JSON part is its value, a file a dict, any other part its text. */
export function formOfParts(parts: Part[]): MultipartForm {
  let hasMalformedJson = false;
  const fields = parts.map((part): [string, Value] => {
    const json = part.filename === null ? jsonOf(part) : undefined;
    if (json === 'malformed') hasMalformedJson = true;
    return [part.name, typeof json === 'object' ? json.value : textOrFile(part)];
  });
  return { value: dictOf(fields), form: dictOfLists(fields), hasMalformedJson };
}

function jsonOf({ contentType, bytes }: Part): { value: Value } | 'malformed' | undefined {
  const { type, charset } = parseMediaType(contentType);
  if (!isJsonType(type)) return undefined;
  const decoded = decodeText(bytes, charset);
  if (!decoded.ok) return 'malformed';
  try {
    return { value: parseJson(decoded.text) };
  } catch (error) {
    if (error instanceof Error) return 'malformed';
    throw error;
  }
}

/** Bytes that are no text travel as a file without a name: nothing of them is lost. */
function textOrFile(part: Part): Value {
  if (part.filename !== null) return fileOf(part);
  const decoded = decodeText(part.bytes, parseMediaType(part.contentType).charset);
  return decoded.ok ? decoded.text : fileOf(part);
}

function fileOf({ filename, contentType, bytes }: Part): PyDict {
  return PyDict.of([
    ['filename', filename],
    ['content_type', contentType ?? null],
    ['size', bytes.length],
    ['data', bytes.toString('base64')],
  ]);
}
