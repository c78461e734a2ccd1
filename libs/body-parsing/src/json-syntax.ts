import { parseMediaType } from './media-type.ts';
import { decodeText } from './text.ts';

/**
 * Whether bytes are JSON (RFC 8259), without keeping what they say: what the ingress checks before it answers. An empty
 * body is not malformed. Bytes are read in the charset of `contentType`, if it names one.
 */
export function checkJsonSyntax(bytes: Uint8Array, contentType?: string): 'valid' | 'malformed' {
  if (bytes.length === 0) return 'valid';
  const decoded = decodeText(bytes, parseMediaType(contentType).charset);
  if (!decoded.ok) return 'malformed';
  try {
    JSON.parse(decoded.text);
    return 'valid';
  } catch (error) {
    // A RangeError: nested deeper than the parser goes.
    if (error instanceof SyntaxError || error instanceof RangeError) return 'malformed';
    throw error;
  }
}
