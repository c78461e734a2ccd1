import { TextDecoder } from 'node:util';

/** Bytes as text, or the reason why they are none. */
export type DecodedText =
  { ok: true; text: string; unknownCharset: boolean } | { ok: false; unknownCharset: boolean };

/** Decoders by charset label: they hold no state between whole texts. Bounded: labels come from callers. */
const decoders = new Map<string, TextDecoder | undefined>();
const MAX_LABELS = 256;

/**
 * Decodes bytes by the charset that the caller declared (labels of https://encoding.spec.whatwg.org/#names-and-labels),
 * without one as UTF-8. A charset that nobody knows counts as not declared. A byte order mark says which UTF it is, whatever
 * was declared (RFC 2781, 3.3: of `utf-16` nothing else does), and is not part of the text. Bytes that are wrong in their
 * charset are no text.
 */
export function decodeText(bytes: Uint8Array, charset?: string): DecodedText {
  const declared = charset === undefined ? undefined : decoderFor(charset);
  const unknownCharset = charset !== undefined && declared === undefined;
  const decoder =
    declared === undefined || declared.encoding.startsWith('utf-')
      ? decoderFor(markedCharset(bytes) ?? declared?.encoding ?? 'utf-8')
      : declared;
  try {
    return { ok: true, text: decoder!.decode(bytes), unknownCharset };
  } catch (error) {
    if (codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { ok: false, unknownCharset };
    throw error;
  }
}

/** The decoder of a charset; undefined when there is no such charset. */
export function decoderFor(charset: string): TextDecoder | undefined {
  const label = charset.trim().toLowerCase();
  if (decoders.has(label)) return decoders.get(label);
  let decoder: TextDecoder | undefined;
  try {
    decoder = new TextDecoder(label, { fatal: true });
  } catch (error) {
    if (codeOf(error) !== 'ERR_ENCODING_NOT_SUPPORTED') throw error;
  }
  if (decoders.size >= MAX_LABELS) decoders.clear();
  decoders.set(label, decoder);
  return decoder;
}

function markedCharset(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8' : undefined;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
