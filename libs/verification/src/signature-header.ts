import type { CompleteScheme } from './scheme.ts';

/** What a signature header says. */
export interface SignatureHeader {
  /** The signatures, decoded; those that are not written as the scheme says are left out. */
  signatures: Buffer[];
  timestamp: string | undefined;
}

/** No sender signs with more secrets at once; a longer list would only make us work. */
const MAX_ELEMENTS = 32;
const MAX_LENGTH = 8192;

/** Reads a signature header by its grammar. Undefined: no such header, whatever the signature. */
export function readSignatureHeader(text: string, scheme: CompleteScheme): SignatureHeader | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const { separator, signature_prefix: prefix, timestamp_prefix: timestampPrefix } = scheme.grammar;
  const elements = separator === undefined ? [text] : text.split(separator, MAX_ELEMENTS + 1);
  if (elements.length > MAX_ELEMENTS) return undefined;
  const signatures: Buffer[] = [];
  let timestamp: string | undefined;
  for (const untrimmed of elements) {
    const element = untrimmed.trim();
    if (timestampPrefix !== undefined && element.startsWith(timestampPrefix)) {
      if (timestamp !== undefined) return undefined;
      timestamp = element.slice(timestampPrefix.length);
    } else if (element.startsWith(prefix)) {
      const signature = decodeBytes(element.slice(prefix.length), scheme.encoding);
      if (signature) signatures.push(signature);
    }
  }
  return { signatures, timestamp };
}

const HEX = /^(?:[0-9a-f]{2})+$/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;

/** Bytes from their text, strictly: Node's own decoders skip what they do not understand. */
export function decodeBytes(text: string, encoding: 'hex' | 'base64' | 'base64url'): Buffer | undefined {
  const grammar = encoding === 'hex' ? HEX : encoding === 'base64' ? BASE64 : BASE64URL;
  return grammar.test(text) ? Buffer.from(text, encoding) : undefined;
}
