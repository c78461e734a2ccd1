/**
 * A JSON number that a double cannot hold without loss has a fraction, an exponent, or 16 digits and more. Text in
 * strings may match too; that costs time, never exactness.
 */
const PERHAPS_INEXACT = /[0-9][.eE]|[0-9]{16}/;

/**
 * `JSON.parse`, except that a number which would change its text when written again (`1.0`, `1e3`, an integer beyond
 * 2^53) becomes a `JSON.rawJSON` of its source: `JSON.stringify` then writes exactly the digits that were read.
 * Throws the `SyntaxError` of `JSON.parse`.
 */
export function parseJsonExactly(text: string): unknown {
  if (!PERHAPS_INEXACT.test(text)) return JSON.parse(text);
  return parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? rawJson(source) : value,
  );
}

// TypeScript's library does not know these two parts of JSON yet (ECMAScript proposal "JSON.parse source text access").
type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => unknown;
const { rawJSON: rawJson, isRawJSON: isRawJson } = JSON as unknown as {
  rawJSON: (text: string) => object;
  isRawJSON: (value: unknown) => boolean;
};

/** The value of a JSON text, read by `JSON.parse`; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a value read by `parseJsonExactly` is a JSON object (and no array, null, or number kept as its text). */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);
}
