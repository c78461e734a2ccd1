import { isDeepStrictEqual } from 'node:util';
import type { KeyRing } from '@tributary/encryption';
import { topics } from '@tributary/event-schemas';
import type {
  AccessRecord,
  ActiveWebhook,
  Webhook,
  WebhookRecord,
  SettingsRecord,
} from '@tributary/event-schemas';
import type { Pool, Queryable } from '@tributary/postgres';
import type { ProblemDetail } from '@tributary/service-runtime';
import { writeAudit } from './audit-log.ts';
import type { Actor } from './audit-log.ts';
import { announce } from './outbox.ts';
import { showSettings, UNUSED } from './show-settings.ts';
import type { Usage } from './show-settings.ts';
import { newSlug, revealSlug } from './slug.ts';
import type { SealedSettings } from './seal-settings.ts';
import {
  findWebhook,
  insertVersion,
  insertWebhook,
  isDeleted,
  lockWebhooksOf,
  markDeleted,
  toInstant,
  updateWebhook,
} from './webhook-store.ts';
import type { StoredWebhook, WebhookAddress, WebhookChange } from './webhook-store.ts';

export interface ChangeDeps {
  pool: Pool;
  ring: KeyRing;
  /** Makes sure that a topic is there; rejects when that cannot be had in time. */
  ensureTopic: (topic: string) => Promise<void>;
}

export type ChangeResult =
  | { outcome: 'saved'; webhook: StoredWebhook }
  | { outcome: 'not_found' }
  | { outcome: 'invalid'; errors: ProblemDetail[] };

/** A webhook that is not saved yet. */
export function newWebhook(
  { id, settings, now }: { id: string; settings: SettingsRecord; now: string },
  { account, workspace }: Pick<AccessRecord, 'account' | 'workspace'>,
  { ring }: { ring: KeyRing },
): StoredWebhook {
  return { id, account, workspace, version: 1, settings, ...newSlug(id, ring), created: now, updated: now };
}

/** Saves a new webhook, its first version and its announcement, all or none. */
export async function saveNewWebhook(
  { pool, ensureTopic }: ChangeDeps,
  webhook: StoredWebhook,
  by: Actor,
): Promise<void> {
  const { topic } = webhook.settings;
  if (topic !== null) await ensureTopic(topic);
  await pool.transaction(async (client) => {
    await insertWebhook(client, webhook);
    await record(client, webhook, { change: 'created', by });
  });
}

/** Changes the settings as `read` says. A change that changes nothing makes no version. */
export async function updateSettings(
  { pool, ensureTopic }: ChangeDeps,
  address: WebhookAddress,
  { by, read }: { by: Actor; read: (current: StoredWebhook) => SealedSettings },
): Promise<ChangeResult> {
  return pool.transaction(async (client): Promise<ChangeResult> => {
    const current = await findWebhook(client, address, { lock: true });
    if (!current) return { outcome: 'not_found' };
    const input = read(current);
    if (!input.ok) return { outcome: 'invalid', errors: input.errors };
    const { settings } = input;
    const changed = changedFields(current.settings, settings);
    if (changed.length === 0) return { outcome: 'saved', webhook: current };
    if (settings.topic !== null && changed.includes('topic')) await ensureTopic(settings.topic);
    const webhook = { ...nextVersion(current), settings };
    await updateWebhook(client, webhook);
    await record(client, webhook, { change: 'updated', changed, by });
    return { outcome: 'saved', webhook };
  });
}

/** Whether a change failed because it names a service account that the webhook's account does not have. */
export function namesNoServiceAccount(error: unknown): boolean {
  // SQLSTATE foreign_key_violation; webhooks refer to nothing else that a request names.
  return (error as { code?: string }).code === '23503';
}

export const NO_SERVICE_ACCOUNT: ProblemDetail = {
  pointer: '/service_account_id',
  detail: 'There is no service account of this id in the account.',
};

/** Gives a webhook a new slug and forgets the old one. */
export function rotateSlug(
  { pool, ring }: ChangeDeps,
  address: WebhookAddress,
  { by }: { by: Actor },
): Promise<ChangeResult> {
  return pool.transaction(async (client) => {
    const current = await findWebhook(client, address, { lock: true });
    if (!current) return { outcome: 'not_found' };
    const webhook = { ...nextVersion(current), ...newSlug(current.id, ring) };
    await updateWebhook(client, webhook);
    await record(client, webhook, { change: 'rotated', changed: ['slug'], by });
    return { outcome: 'saved', webhook };
  });
}

/**
 * Deletes a webhook. `deleted_before`: it was deleted already, which a client sees that repeats a request that was
 * answered with 503.
 */
export function deleteWebhook(
  { pool }: ChangeDeps,
  address: WebhookAddress,
  { by }: { by: Actor },
): Promise<{ outcome: 'saved' | 'deleted_before' | 'not_found' }> {
  return pool.transaction(async (client) => {
    const current = await findWebhook(client, address, { lock: true });
    if (!current) return { outcome: (await isDeleted(client, address)) ? 'deleted_before' : 'not_found' };
    const webhook = nextVersion(current);
    await markDeleted(client, webhook);
    await record(client, webhook, { change: 'deleted', by });
    return { outcome: 'saved' };
  });
}

/** Deletes, in the caller's transaction, every webhook that names a service account; resolves to their ids. */
export async function deleteWebhooksOf(
  client: Queryable,
  serviceAccount: string,
  by: Actor,
): Promise<string[]> {
  const webhooks = await lockWebhooksOf(client, serviceAccount);
  for (const current of webhooks) {
    const webhook = nextVersion(current);
    await markDeleted(client, webhook);
    await record(client, webhook, { change: 'deleted', by });
  }
  return webhooks.map(({ id }) => id);
}

/** A webhook as the API shows it. */
export function toApiWebhook(stored: StoredWebhook, ring: KeyRing, usage: Usage = UNUSED): Webhook {
  const { id, account, workspace, settings, slugSha256, created, updated } = stored;
  const slug = revealSlug(id, stored, ring);
  return {
    id,
    created,
    updated,
    account,
    workspace,
    ...showSettings(settings, usage),
    slug,
    usage: usage(slugSha256),
  };
}

function changedFields(before: SettingsRecord, after: SettingsRecord): string[] {
  return (Object.keys(after) as (keyof SettingsRecord)[]).filter(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );
}

async function record(
  client: Queryable,
  webhook: StoredWebhook,
  { change, changed = [], by }: { change: WebhookChange; changed?: readonly string[]; by: Actor },
): Promise<void> {
  const { id, account, workspace, version, settings } = webhook;
  await insertVersion(client, webhook, { change, changed, by });
  await writeAudit(client, by, {
    account,
    workspace,
    action: `webhook.${change}`,
    resource: { id, name: settings.name },
    version,
    changed,
  });
  await announce(client, {
    topic: topics.webhooks.name,
    key: id,
    value: change === 'deleted' ? toDeletedRecord(webhook) : toActiveRecord(webhook),
  });
}

function nextVersion(current: StoredWebhook): StoredWebhook {
  return { ...current, version: current.version + 1, updated: toInstant(new Date()) };
}

function toDeletedRecord({ id, version }: StoredWebhook): WebhookRecord {
  return { deleted: true, id, version };
}

function toActiveRecord({ settings, slugSha256, slugEncrypted, ...webhook }: StoredWebhook): ActiveWebhook {
  return { ...settings, ...webhook, slug_sha256: slugSha256, slug_encrypted: slugEncrypted };
}
