import { jsonLimits } from '@tributary/templating';
import { parseMediaType } from './media-type.ts';
import { decodeText } from './text.ts';

/**
 * Whether bytes are JSON (RFC 8259) that `parseBody` reads as such, without keeping what they say: what the ingress checks
 * before it answers. An empty body is not malformed. Bytes are read in the charset of `contentType`, if it names one.
 */
export function checkJsonSyntax(bytes: Uint8Array, contentType?: string): 'valid' | 'malformed' {
  if (bytes.length === 0) return 'valid';
  const decoded = decodeText(bytes, parseMediaType(contentType).charset);
  if (!decoded.ok) return 'malformed';
  try {
    JSON.parse(decoded.text);
  } catch (error) {
    // A RangeError: nested deeper than the parser goes.
    if (error instanceof SyntaxError || error instanceof RangeError) return 'malformed';
    throw error;
  }
  return isWithinLimits(decoded.text) ? 'valid' : 'malformed';
}

const [QUOTE, BACKSLASH, ZERO, NINE] = [0x22, 0x5c, 0x30, 0x39];

/** Whether a text that is JSON is nested no deeper, and holds no longer integer, than is read. `JSON.parse` bounds neither. */
function isWithinLimits(text: string): boolean {
  // Every bracket that opens is closed: most bodies are too short to nest that deep.
  if (text.length <= 2 * jsonLimits.depth) return true;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // In ASCII the brackets and the braces that open, and those that close, differ in one bit.
    if ((code | 0x20) === 0x7b) {
      if (++depth > jsonLimits.depth) return false;
    } else if ((code | 0x20) === 0x7d) depth--;
    else if (code === QUOTE) at = endOfString(text, at);
    else if (code >= ZERO && code <= NINE) {
      const end = endOfNumber(text, at);
      if (end - at > jsonLimits.integerDigits && !/[.eE]/.test(text.slice(at, end))) return false;
      at = end - 1;
    }
  }
  return true;
}

/** Where the quote is that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
}

const NUMBER = /[\d.eE+-]+/y;

function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  NUMBER.test(text);
  return NUMBER.lastIndex;
}
