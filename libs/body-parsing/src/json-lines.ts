import { parseJson } from '@tributary/templating';
import type { Value } from '@tributary/templating';

const types = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
]);

/** Whether the type is JSON, one value a line (https://github.com/ndjson/ndjson-spec, https://jsonlines.org). */
export function isJsonLinesType(type: string | undefined): boolean {
  return type !== undefined && types.has(type);
}

/** The values in their order; empty lines have none. Throws `JsonSyntaxError` when one line is no JSON. */
export function parseJsonLines(text: string): Value[] {
  const values: Value[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (!isBlank(text, { start, end })) values.push(parseJson(text.slice(start, end)));
    start = end + 1;
  }
  return values;
}

function isBlank(text: string, { start, end }: { start: number; end: number }): boolean {
  for (let at = start; at < end; at++) if (!' \t\r'.includes(text[at]!)) return false;
  return true;
}
