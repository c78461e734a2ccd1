import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';

/** The name of the key's purpose (RFC 5869, `info`): the master key itself signs nothing. */
const INFO = 'tributary execution response url';
const KEY_BYTES = 32;

/** The query of a signed URL: `expires` in seconds since the epoch, `signature` in base64url. */
export interface ResponseSignature {
  expires: number;
  signature: string;
}

/**
 * Signs the URL of an execution's stored answer, for whoever holds it until `expires` (seconds since the epoch):
 * HMAC-SHA256 over `executionId.expires`, under a key that is derived from the ring's current master key.
 */
export function signResponseUrl(ring: KeyRing, executionId: string, expires: number): ResponseSignature {
  const signature = sign(ring.keys.get(ring.current)!, executionId, expires).toString('base64url');
  return { expires, signature };
}

/** Whether a signature is ours, under any key of the ring, and has not expired. `now` in milliseconds since the epoch. */
export function isResponseSignature(
  ring: KeyRing,
  executionId: string,
  { expires, signature, now = Date.now() }: ResponseSignature & { now?: number },
): boolean {
  if (!Number.isSafeInteger(expires) || expires * 1_000 <= now) return false;
  const given = Buffer.from(signature, 'base64url');
  let known = false;
  for (const key of ring.keys.values()) {
    const expected = sign(key, executionId, expires);
    if (given.length === expected.length && timingSafeEqual(given, expected)) known = true;
  }
  return known;
}

const derived = new WeakMap<KeyObject, Buffer>();

function sign(master: KeyObject, executionId: string, expires: number): Buffer {
  let key = derived.get(master);
  if (!key) {
    key = Buffer.from(hkdfSync('sha256', master, '', INFO, KEY_BYTES));
    derived.set(master, key);
  }
  return createHmac('sha256', key).update(`${executionId}.${expires}`).digest();
}
