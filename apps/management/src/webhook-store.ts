import { normalizeInstant, settingsRecord } from '@tributary/event-schemas';
import type { SettingsRecord } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import type { Actor } from './audit-log.ts';
import { showSettings } from './show-settings.ts';
import type { ShownSettings } from './show-settings.ts';

/** Which webhook is meant: one of another workspace is none. */
export interface WebhookAddress {
  account: string;
  workspace: string;
  id: string;
}

/** A webhook as it is kept. Times are written as the API shows them. */
export interface StoredWebhook extends WebhookAddress {
  /** Counts the changes, from 1. */
  version: number;
  settings: SettingsRecord;
  slugSha256: string;
  slugEncrypted: string;
  created: string;
  updated: string;
}

export const webhookChanges = ['created', 'updated', 'rotated', 'deleted'] as const;
export type WebhookChange = (typeof webhookChanges)[number];

export interface WebhookVersion {
  version: number;
  change: WebhookChange;
  /** Names of the fields that changed. */
  changed: string[];
  created: string;
  api_key_id: string;
  /** Null for versions from before names were kept. */
  api_key_name: string | null;
  settings: ShownSettings;
}

/** Where a page of a list starts: behind the last row of the page before. */
export interface Position {
  created: string;
  id: string;
}

interface WebhookRow extends WebhookAddress {
  version: number;
  settings: unknown;
  slug_sha256: string;
  slug_encrypted: string;
  created: Date;
  updated: Date;
}

const COLUMNS = 'id, account, workspace, version, settings, slug_sha256, slug_encrypted, created, updated';
const IS_ADDRESSED = 'id = $1 AND account = $2 AND workspace = $3';

/** A live webhook. `lock` holds it until the end of the transaction, so that its changes come one after the other. */
export async function findWebhook(
  client: Queryable,
  { id, account, workspace }: WebhookAddress,
  { lock = false }: { lock?: boolean } = {},
): Promise<StoredWebhook | undefined> {
  const { rows } = await client.query<WebhookRow>(
    `SELECT ${COLUMNS} FROM webhooks WHERE ${IS_ADDRESSED} AND deleted IS NULL ${lock ? 'FOR UPDATE' : ''}`,
    [id, account, workspace],
  );
  return rows[0] && toWebhook(rows[0]);
}

/** Whether a webhook is deleted and its row not swept yet. */
export async function isDeleted(
  client: Queryable,
  { id, account, workspace }: WebhookAddress,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM webhooks WHERE ${IS_ADDRESSED} AND deleted IS NOT NULL`,
    [id, account, workspace],
  );
  return rowCount > 0;
}

/** The live webhooks of a workspace in the order in which they were made, from behind a position. */
export async function listWebhooks(
  client: Queryable,
  {
    workspace,
    names,
    after,
    limit,
  }: { workspace: string; names?: string[]; after?: Position; limit: number },
): Promise<StoredWebhook[]> {
  const { rows } = await client.query<WebhookRow>(
    `SELECT ${COLUMNS} FROM webhooks
     WHERE workspace = $1 AND deleted IS NULL
       AND ($2::text[] IS NULL OR name = ANY($2))
       AND ($3::timestamptz IS NULL OR (created, id) > ($3, $4::uuid))
     ORDER BY created, id LIMIT $5`,
    [workspace, names ?? null, after?.created ?? null, after?.id ?? null, limit],
  );
  return rows.map(toWebhook);
}

/** The live webhooks that name a service account, held until the end of the transaction. */
export async function lockWebhooksOf(client: Queryable, serviceAccount: string): Promise<StoredWebhook[]> {
  const { rows } = await client.query<WebhookRow>(
    `SELECT ${COLUMNS} FROM webhooks WHERE service_account = $1 AND deleted IS NULL ORDER BY id FOR UPDATE`,
    [serviceAccount],
  );
  return rows.map(toWebhook);
}

export async function insertWebhook(client: Queryable, webhook: StoredWebhook): Promise<void> {
  await client.query(
    `INSERT INTO webhooks (${COLUMNS}, name, service_account)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      webhook.id,
      webhook.account,
      webhook.workspace,
      webhook.version,
      JSON.stringify(webhook.settings),
      webhook.slugSha256,
      webhook.slugEncrypted,
      webhook.created,
      webhook.updated,
      webhook.settings.name,
      webhook.settings.service_account_id,
    ],
  );
}

export async function updateWebhook(client: Queryable, webhook: StoredWebhook): Promise<void> {
  await client.query(
    `UPDATE webhooks SET version = $2, settings = $3, slug_sha256 = $4, slug_encrypted = $5, updated = $6, name = $7,
       service_account = $8
     WHERE id = $1`,
    [
      webhook.id,
      webhook.version,
      JSON.stringify(webhook.settings),
      webhook.slugSha256,
      webhook.slugEncrypted,
      webhook.updated,
      webhook.settings.name,
      webhook.settings.service_account_id,
    ],
  );
}

/** Leaves its id and version until they are swept, without the slug or a secret in any form that can be read. */
export async function markDeleted(
  client: Queryable,
  { id, version, updated, settings }: StoredWebhook,
): Promise<void> {
  await client.query(
    `UPDATE webhooks SET version = $2, updated = $3, deleted = $3, slug_encrypted = NULL, service_account = NULL,
       settings = $4
     WHERE id = $1`,
    [id, version, updated, JSON.stringify({ ...settings, authentication: [], handshakes: [] })],
  );
}

/** Takes away, versions and all, some webhooks that were deleted before an instant; resolves to their ids. */
export async function removeDeleted(client: Queryable, before: Date, limit: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `DELETE FROM webhooks WHERE id IN (
       SELECT id FROM webhooks WHERE deleted < $1 ORDER BY deleted LIMIT $2 FOR UPDATE SKIP LOCKED
     ) RETURNING id`,
    [before, limit],
  );
  return rows.map(({ id }) => id);
}

export async function insertVersion(
  client: Queryable,
  { id, version, settings, updated }: StoredWebhook,
  { change, changed, by }: { change: WebhookChange; changed: readonly string[]; by: Actor },
): Promise<void> {
  await client.query(
    `INSERT INTO webhook_versions (webhook, version, change, changed, settings, api_key, api_key_name, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, version, change, changed, JSON.stringify(showSettings(settings)), by.id, by.name, updated],
  );
}

/** The versions of a webhook below a number, the newest first. */
export async function listVersions(
  client: Queryable,
  { id, before, limit }: { id: string; before?: number; limit: number },
): Promise<WebhookVersion[]> {
  const { rows } = await client.query<Omit<WebhookVersion, 'created'> & { created: Date }>(
    `SELECT version, change, changed, created, api_key AS api_key_id, api_key_name, settings FROM webhook_versions
     WHERE webhook = $1 AND ($2::int IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`,
    [id, before ?? null, limit],
  );
  return rows.map((row) => ({ ...row, created: toInstant(row.created) }));
}

/** Settings that were kept before a field existed get its default. */
function toWebhook({
  slug_sha256,
  slug_encrypted,
  settings,
  created,
  updated,
  ...row
}: WebhookRow): StoredWebhook {
  return {
    ...row,
    settings: settingsRecord.parse(settings),
    slugSha256: slug_sha256,
    slugEncrypted: slug_encrypted,
    created: toInstant(created),
    updated: toInstant(updated),
  };
}

/** A time as the API writes it. */
export function toInstant(date: Date): string {
  return normalizeInstant(date.toISOString())!;
}
