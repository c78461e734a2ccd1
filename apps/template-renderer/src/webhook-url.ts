import { createKeyRing, decrypt } from '@tributary/encryption';
import type { ActiveWebhook } from '@tributary/event-schemas';

/** Builds public URLs of webhooks: decrypts the slug each time, so that no slug stays in memory in clear. */
export function createWebhookUrls({ masterKey, publicUrl }: { masterKey: string; publicUrl: string }) {
  const ring = createKeyRing(masterKey);
  return function webhookUrl({
    id,
    slug_encrypted: slug,
  }: Pick<ActiveWebhook, 'id' | 'slug_encrypted'>): string {
    return `${publicUrl}/hooks/${decrypt(ring, slug, `webhook:${id}:slug`)}`;
  };
}
