import { z } from 'zod';
import { instant, uuid } from './event.ts';

/** How often something was used since the last record of the same instance, and when at last. */
const used = { calls: z.int().min(1), last_used: instant };

/** The value of `tributary.usage`: the calls of a webhook that one ingress counted over some seconds. */
export const usageRecord = z.object({
  /** Names the record, so that one that is read twice counts once. */
  id: uuid,
  webhook_id: uuid,
  account: uuid,
  workspace: uuid,
  since: instant,
  until: instant,
  /** Per secret that let calls pass: `id` is that of a `secretRecord`, or of a service account's key on `tributary.access`. */
  secrets: z.array(z.object({ id: uuid, ...used })),
  /** Per URL, by the SHA-256 of its slug: after a rotation the old one must fall to nothing. */
  urls: z.array(z.object({ slug_sha256: z.string().regex(/^[0-9a-f]{64}$/), ...used })),
});
export type UsageRecord = z.output<typeof usageRecord>;
