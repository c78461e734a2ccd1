import { z } from 'zod';
import { instant, uuid } from './event.ts';

/** Characters of a secret: long enough for a public key in PEM. */
const SECRET_LENGTH = 8_192;

/**
 * A secret that is kept as it is, in what a user sends: a read shows it so. `id` names which one of its list is meant;
 * without it the position does.
 */
const keptSecret = z.strictObject({
  configured: z.literal(true),
  id: uuid.optional(),
  set: instant.optional(),
  last_used: instant.nullish(),
});
export type KeptSecret = z.output<typeof keptSecret>;

/** A secret as a user sends it: in clear, or `{ "configured": true }` for the one that is there. */
export const secretInput = z.union([z.string().min(1).max(SECRET_LENGTH), keptSecret]);
export type SecretInput = z.output<typeof secretInput>;

/** A secret as the API shows it: that there is one, since when, and when it last let a call pass. */
export const shownSecret = z.object({
  configured: z.literal(true),
  id: uuid,
  set: instant,
  last_used: instant.nullable(),
});
export type ShownSecret = z.output<typeof shownSecret>;

/** A secret on `tributary.webhooks` and in the database. */
export const secretRecord = z.object({
  /** What its usage is counted by. */
  id: uuid,
  /** AES-256-GCM under the installation's master key (libs/encryption), bound to {@link secretPlace}. */
  encrypted: z.string(),
  set: instant,
});
export type SecretRecord = z.output<typeof secretRecord>;

/** The place a secret is encrypted for (additional authenticated data): copied elsewhere it does not decrypt. */
export function secretPlace(webhookId: string, secretId: string): string {
  return `webhook:${webhookId}:secret:${secretId}`;
}

/** The place a slug is encrypted for. */
export function slugPlace(webhookId: string): string {
  return `webhook:${webhookId}:slug`;
}
