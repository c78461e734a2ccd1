import type { SettingsRecord, UsageRecord } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { UNUSED } from './show-settings.ts';
import type { Usage } from './show-settings.ts';
import { toInstant } from './webhook-store.ts';
import type { StoredWebhook } from './webhook-store.ts';

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

/** What is counted of some secrets, keys and URLs. */
export async function readUsage(client: Queryable, subjects: readonly string[]): Promise<Usage> {
  if (subjects.length === 0) return UNUSED;
  const { rows } = await client.query<{ subject: string; calls: string; last_used: Date }>(
    `SELECT subject, sum(calls) AS calls, max(last_used) AS last_used
     FROM usage WHERE subject = ANY($1::text[]) GROUP BY subject`,
    [subjects],
  );
  const known = new Map(
    rows.map(({ subject, calls, last_used }) => [
      subject,
      { calls: Number(calls), last_used: toInstant(last_used) },
    ]),
  );
  return (subject) => known.get(subject) ?? UNUSED(subject);
}

/** What is counted of some webhooks: of their secrets, and of their present URLs. */
export function readWebhookUsage(client: Queryable, webhooks: readonly StoredWebhook[]): Promise<Usage> {
  const secrets = secretIds(webhooks.map(({ settings }) => settings));
  return readUsage(client, [...secrets, ...webhooks.map(({ slugSha256 }) => slugSha256)]);
}

/** The ids of every secret in some settings. */
function secretIds(settings: readonly SettingsRecord[]): string[] {
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
