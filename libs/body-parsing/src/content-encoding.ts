import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';

export type DecodedContent =
  { ok: true; bytes: Buffer } | { ok: false; reason: 'too_large' | 'unknown_encoding' | 'malformed' };

type Decompress = (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;

const decompressGzip: Decompress = promisify(gunzip) as Decompress;
const decompressZlib: Decompress = promisify(inflate) as Decompress;
const decompressRaw: Decompress = promisify(inflateRaw) as Decompress;
const decompressBrotli: Decompress = promisify(brotliDecompress) as Decompress;

/** `deflate` means zlib's format (RFC 1950); some senders leave its header out and send RFC 1951 alone. */
const decompressDeflate: Decompress = (bytes, options) =>
  hasZlibHeader(bytes) ? decompressZlib(bytes, options) : decompressRaw(bytes, options);

/** RFC 1950, 2.2: compression method 8, and a header that is a multiple of 31. */
function hasZlibHeader(bytes: Buffer): boolean {
  return bytes.length >= 2 && (bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}

const codings: Record<string, Decompress | undefined> = {
  gzip: decompressGzip,
  'x-gzip': decompressGzip,
  deflate: decompressDeflate,
  br: decompressBrotli,
};

/** Nobody needs more codings on top of each other; a long list would only multiply the work. */
const MAX_CODINGS = 3;

/**
 * Undoes the content codings of a body (RFC 9110, 8.4: listed in the order applied): gzip, deflate and br. Whatever the
 * bytes claim, at most `limitBytes` (and a chunk) are ever decompressed: decompression stops there with `too_large`.
 * Never rejects on account of the bytes. An empty body is empty in every coding.
 */
export async function decodeContent(
  bytes: Buffer,
  contentEncoding: string | undefined,
  limitBytes: number,
): Promise<DecodedContent> {
  const names = codingNames(contentEncoding);
  if (names.length > MAX_CODINGS) return { ok: false, reason: 'unknown_encoding' };
  let current = bytes;
  for (const name of names.reverse()) {
    const decompress = Object.hasOwn(codings, name) ? codings[name] : undefined;
    if (!decompress) return { ok: false, reason: 'unknown_encoding' };
    if (current.length === 0) continue;
    try {
      current = await decompress(current, { maxOutputLength: Math.max(1, limitBytes) });
    } catch (error) {
      return { ok: false, reason: reasonOf(error) };
    }
  }
  return current.length > limitBytes ? { ok: false, reason: 'too_large' } : { ok: true, bytes: current };
}

/** Whether {@link decodeContent} has anything to undo. */
export function isEncoded(contentEncoding: string | undefined): boolean {
  return contentEncoding !== undefined && codingNames(contentEncoding).length > 0;
}

function codingNames(contentEncoding = ''): string[] {
  return contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
}

/** zlib's failures say something about the bytes; anything else is a fault of ours and goes up. */
function reasonOf(error: unknown): 'too_large' | 'malformed' {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') return 'too_large';
  if (code?.startsWith('Z_') || code?.startsWith('ERR__ERROR_') || code?.startsWith('ERR_BROTLI'))
    return 'malformed';
  throw error;
}
