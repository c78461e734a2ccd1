import { createHash, randomBytes } from 'node:crypto';
import { decrypt, encrypt } from '@tributary/encryption';
import type { KeyRing } from '@tributary/encryption';
import { slugPlace } from '@tributary/event-schemas';

/** A slug as it is kept: never in clear. */
export interface KeptSlug {
  /** SHA-256 in hex: what the ingress looks up by. */
  slugSha256: string;
  slugEncrypted: string;
}

/** A new slug for a webhook: 128 random bits in base64url, 22 characters. */
export function newSlug(webhookId: string, ring: KeyRing): KeptSlug {
  const slug = randomBytes(16).toString('base64url');
  return {
    slugSha256: createHash('sha256').update(slug).digest('hex'),
    slugEncrypted: encrypt(ring, slug, slugPlace(webhookId)),
  };
}

/** The slug in clear, for the API's answers and nothing else. */
export function revealSlug(
  webhookId: string,
  { slugEncrypted }: Pick<KeptSlug, 'slugEncrypted'>,
  ring: KeyRing,
): string {
  return decrypt(ring, slugEncrypted, slugPlace(webhookId));
}
