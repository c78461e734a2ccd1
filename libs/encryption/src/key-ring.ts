import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { EncryptionError } from './errors.ts';

/** Master keys by name. The first encrypts; all decrypt, so that a new key can be put in front of the old ones. */
export interface KeyRing {
  /** Name of the key that encrypts. */
  readonly current: string;
  readonly keys: ReadonlyMap<string, KeyObject>;
}

const ENTRY = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/;

/**
 * Reads a key ring from `name:key` entries separated by commas; a key is 32 bytes in base64 (`openssl rand -base64 32`).
 * Throws {@link EncryptionError} `invalid_key_ring`; the message names the entry by its position, never by its text.
 */
export function createKeyRing(spec: string): KeyRing {
  const keys = new Map<string, KeyObject>();
  const entries = spec.split(',').map((entry) => entry.trim());
  entries.forEach((entry, index) => {
    const [, name, text] = ENTRY.exec(entry) ?? [];
    if (name === undefined || text === undefined) {
      throw invalid(`entry ${index + 1} must be name:key with a key of 32 bytes in base64`);
    }
    if (keys.has(name)) throw invalid(`entry ${index + 1} repeats the name ${name}`);
    keys.set(name, createSecretKey(Buffer.from(text, 'base64')));
  });
  const [current] = keys.keys();
  if (current === undefined) throw invalid('there is no key');
  return { current, keys };
}

function invalid(detail: string): EncryptionError {
  return new EncryptionError('invalid_key_ring', `The master keys are not valid: ${detail}`);
}
