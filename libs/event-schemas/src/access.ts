import { z } from 'zod';
import { instant, uuid } from './event.ts';

/** What an API key may do. */
export const scopes = [
  'webhooks:read',
  'webhooks:write',
  'events:read',
  'events:write',
  'executions:read',
  /** To replay, and to answer callers who wait. */
  'executions:write',
  'templates:render',
] as const;
export type Scope = (typeof scopes)[number];

/** The value of an API key on `tributary.access`. The key itself is nowhere: only its hash is. */
export const accessRecord = z.object({
  id: uuid,
  account: uuid,
  workspace: uuid,
  name: z.string(),
  /** SHA-256 of the key, in hex. Keys are 256 random bits, so no slow hash is needed. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(scopes)),
  created: instant,
  expires: instant.nullable(),
  /** The service account whose key it is: webhooks that name the account take it as bearer token. */
  service_account_id: uuid.nullish(),
});
export type AccessRecord = z.output<typeof accessRecord>;
