import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Turns the state of a search into an opaque text for a URL, and back. Not secret, but nobody else can make one. */
export interface PageTokens {
  seal: (state: unknown) => string;
  /** Undefined for a text that this installation has not made. */
  open: (token: string) => unknown;
}

const MAC_BYTES = 32;
/** A filter is at most as large as a request's body may be; what unpacks to more is not ours. */
const MAX_STATE_BYTES = 1_048_576;

export function createPageTokens(key: Buffer): PageTokens {
  const mac = (data: Buffer): Buffer => createHmac('sha256', key).update(data).digest();
  return {
    seal: (state) => {
      const data = deflateRawSync(JSON.stringify(state));
      return Buffer.concat([mac(data), data]).toString('base64url');
    },
    open: (token) => {
      const bytes = Buffer.from(token, 'base64url');
      const data = bytes.subarray(MAC_BYTES);
      if (bytes.length <= MAC_BYTES || !timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(data)))
        return undefined;
      return JSON.parse(
        inflateRawSync(data, { maxOutputLength: MAX_STATE_BYTES }).toString('utf8'),
      ) as unknown;
    },
  };
}

/** The key that signs page tokens: given, or derived from the master key, equal in all instances either way. */
export function pageTokenKey({
  PAGE_TOKEN_KEY: given,
  MASTER_KEY: master = '',
}: {
  PAGE_TOKEN_KEY?: string | undefined;
  MASTER_KEY?: string | undefined;
}): Buffer {
  if (given !== undefined) return Buffer.from(given);
  return Buffer.from(hkdfSync('sha256', master, '', 'tributary event-store page tokens', 32));
}
