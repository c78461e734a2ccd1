/**
 * A text cut to at most `maxBytes` bytes of UTF-8, never within a character, and whether anything was cut.
 */
export function cutText(text: string, maxBytes: number): { text: string; cut: boolean } {
  // A UTF-16 unit takes at most three bytes: most texts need no counting.
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return { text, cut: false };
  const bytes = Buffer.from(text.slice(0, maxBytes));
  let end = maxBytes;
  // Bytes 10xxxxxx continue a character that began before (RFC 3629).
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return { text: bytes.toString('utf8', 0, end), cut: true };
}
