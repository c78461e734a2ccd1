import { hash, timingSafeEqual } from 'node:crypto';
import { isUsable } from './secret.ts';
import type { Secret } from './secret.ts';

/** SHA-256. Comparing digests instead of texts hides the length of what is compared as well. */
export function sha256(data: string | Buffer): Buffer {
  return hash('sha256', data, 'buffer');
}

/** Whether two byte strings are equal, in a time that depends on their lengths only. */
export function equalBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Finds the secret that a sender presented. */
export type SecretMatcher = (presented: string | Buffer) => Secret | undefined;

/**
 * Prepares the comparison with several valid secrets. Every one of them is compared at each call, whichever matches, and
 * an empty one matches nothing.
 */
export function matchSecrets(secrets: readonly Secret[]): SecretMatcher {
  const known = secrets.filter(isUsable).map((secret) => ({ secret, digest: sha256(secret.value) }));
  return (presented) => {
    const digest = sha256(presented);
    let found: Secret | undefined;
    for (const candidate of known) {
      if (timingSafeEqual(candidate.digest, digest)) found = candidate.secret;
    }
    return found;
  };
}
