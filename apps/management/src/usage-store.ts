import type { SettingsRecord, UsageRecord } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import type { LastUse } from './show-settings.ts';
import { toInstant } from './webhook-store.ts';

/** What let a call pass: a secret or a key by its id, a URL by the SHA-256 of its slug. */
interface Use {
  webhook: string;
  subject: string;
  calls: number;
  last_used: string;
}

/** Adds what ingresses have counted. The caller sees to it that a record is added once. */
export async function addUsage(client: Queryable, records: readonly UsageRecord[]): Promise<void> {
  const uses = records.flatMap(({ webhook_id: webhook, secrets, urls }) => [
    ...secrets.map(({ id, ...use }): Use => ({ webhook, subject: id, ...use })),
    ...urls.map(({ slug_sha256, ...use }): Use => ({ webhook, subject: slug_sha256, ...use })),
  ]);
  if (uses.length === 0) return;
  await client.query(
    `INSERT INTO usage AS known (webhook, subject, calls, last_used)
     SELECT webhook, subject, sum(calls), max(last_used)
     FROM jsonb_to_recordset($1::jsonb) AS u(webhook uuid, subject text, calls bigint, last_used timestamptz)
     GROUP BY webhook, subject
     ORDER BY webhook, subject
     ON CONFLICT (webhook, subject) DO UPDATE
       SET calls = known.calls + excluded.calls, last_used = greatest(known.last_used, excluded.last_used)`,
    [JSON.stringify(uses)],
  );
}

/** When each of some secrets or keys was last used. */
export async function lastUses(client: Queryable, ids: readonly string[]): Promise<LastUse> {
  if (ids.length === 0) return () => null;
  const { rows } = await client.query<{ subject: string; last_used: Date }>(
    'SELECT subject, max(last_used) AS last_used FROM usage WHERE subject = ANY($1::text[]) GROUP BY subject',
    [ids],
  );
  const known = new Map(rows.map(({ subject, last_used }) => [subject, toInstant(last_used)]));
  return (id) => known.get(id) ?? null;
}

/** The ids of every secret in some settings. */
export function secretIds(settings: readonly SettingsRecord[]): string[] {
  const found: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('encrypted' in value && 'id' in value) found.push(String(value.id));
    else for (const item of Object.values(value)) collect(item);
  };
  for (const { authentication, handshakes } of settings) collect([authentication, handshakes]);
  return found;
}

export async function removeUsage(client: Queryable, webhooks: readonly string[]): Promise<void> {
  if (webhooks.length > 0)
    await client.query('DELETE FROM usage WHERE webhook = ANY($1::uuid[])', [webhooks]);
}
