import { createHmac, createPrivateKey, createPublicKey, createSecretKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { equalBytes } from './constant-time.ts';
import type { AlgorithmName, CompleteScheme } from './scheme.ts';
import { decodeBytes } from './signature-header.ts';

/** A key that is ready to check signatures. */
export interface SignatureKey {
  /** Whether one of the signatures is this key's over the chunks in order. */
  matches: (chunks: readonly (string | Buffer)[], signatures: readonly Buffer[]) => boolean;
}

type SigningAlgorithm = Exclude<AlgorithmName, 'token'>;

const hmacHashes: Partial<Record<SigningAlgorithm, string>> = {
  'hmac-sha1': 'sha1',
  'hmac-sha256': 'sha256',
  'hmac-sha384': 'sha384',
  'hmac-sha512': 'sha512',
};

/** Digest for Node's `sign` and `verify`; Ed25519 has its own within. */
const digests: Partial<Record<SigningAlgorithm, string>> = {
  'ecdsa-p256-sha256': 'sha256',
  'rsa-sha256': 'sha256',
};

/** Prepares a secret or public key; undefined when it is not written as the scheme says, or is empty. */
export function prepareKey(secret: string, scheme: CompleteScheme): SignatureKey | undefined {
  const algorithm = scheme.algorithm as SigningAlgorithm;
  const hash = hmacHashes[algorithm];
  if (hash !== undefined) {
    const bytes = keyBytes(secret, scheme);
    // An empty key is one that anybody has.
    return bytes === undefined || bytes.length === 0 ? undefined : hmacKey(createSecretKey(bytes), hash);
  }
  const key = publicKey(secret, scheme);
  return key && fits(key, algorithm) ? asymmetricKey(key, digests[algorithm] ?? null) : undefined;
}

function hmacKey(key: KeyObject, hash: string): SignatureKey {
  return {
    matches: (chunks, signatures) => {
      if (signatures.length === 0) return false;
      const expected = hmac(key, hash, chunks);
      let found = false;
      for (const signature of signatures) found = equalBytes(signature, expected) || found;
      return found;
    },
  };
}

function hmac(key: KeyObject, hash: string, chunks: readonly (string | Buffer)[]): Buffer {
  const mac = createHmac(hash, key);
  for (const chunk of chunks) mac.update(chunk);
  return mac.digest();
}

function asymmetricKey(key: KeyObject, digest: string | null): SignatureKey {
  return {
    matches: (chunks, signatures) => {
      const data = joined(chunks);
      return signatures.some((signature) => isSignature(key, digest, data, signature));
    },
  };
}

/** Whether a signature is the key's; never throws. */
export function isSignature(key: KeyObject, digest: string | null, data: Buffer, signature: Buffer): boolean {
  try {
    return verify(digest, data, key, signature);
  } catch {
    // OpenSSL reports some malformed signatures as errors.
    return false;
  }
}

/** The signature of a private key in PEM, or of a shared secret; throws when the key does not fit the scheme. */
export function signWith(
  secret: string,
  scheme: CompleteScheme,
  chunks: readonly (string | Buffer)[],
): Buffer {
  const algorithm = scheme.algorithm as SigningAlgorithm;
  const hash = hmacHashes[algorithm];
  if (hash === undefined) return sign(digests[algorithm] ?? null, joined(chunks), createPrivateKey(secret));
  const bytes = keyBytes(secret, scheme);
  if (bytes === undefined) throw new TypeError('The secret is not written as the scheme says.');
  return hmac(createSecretKey(bytes), hash, chunks);
}

function joined(chunks: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
}

function keyBytes(
  secret: string,
  { key_prefix: prefix, key_encoding: encoding }: CompleteScheme,
): Buffer | undefined {
  const text = prefix !== undefined && secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  return encoding === 'hex' || encoding === 'base64' ? decodeBytes(text, encoding) : Buffer.from(text);
}

/** What stands before the 32 bytes of an Ed25519 key in its SPKI (RFC 8410, 4). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function publicKey(secret: string, scheme: CompleteScheme): KeyObject | undefined {
  const bytes = keyBytes(secret, scheme);
  if (bytes === undefined) return undefined;
  try {
    if (scheme.key_encoding === 'pem') return createPublicKey(bytes);
    const raw = scheme.algorithm === 'ed25519' && bytes.length === 32;
    const der = raw ? Buffer.concat([ED25519_SPKI, bytes]) : bytes;
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    // Whatever is wrong with it, it is no key.
    return undefined;
  }
}

function fits(key: KeyObject, algorithm: SigningAlgorithm): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (algorithm === 'ed25519') return type === 'ed25519';
  if (algorithm === 'ecdsa-p256-sha256') return type === 'ec' && details?.namedCurve === 'prime256v1';
  return type === 'rsa' && (details?.modulusLength ?? 0) >= 2048;
}
