import { randomUUID } from 'node:crypto';
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
import { announce } from './outbox.ts';
import { showSettings } from './show-settings.ts';
import { newSlug, revealSlug } from './slug.ts';
import type { WebhookInput } from './webhook-input.ts';
import {
  findWebhook,
  insertVersion,
  insertWebhook,
  isDeleted,
  markDeleted,
  toInstant,
  updateWebhook,
} from './webhook-store.ts';
import type { StoredWebhook, WebhookAddress, WebhookChange } from './webhook-store.ts';

export interface ChangeDeps {
  pool: Pool;
  ring: KeyRing;
}

export type ChangeResult =
  | { outcome: 'saved'; webhook: StoredWebhook }
  | { outcome: 'not_found' }
  | { outcome: 'invalid'; errors: (WebhookInput & { ok: false })['errors'] };

type By = Pick<AccessRecord, 'id'>;

/** A webhook that is not saved yet, with its id and its slug. */
export function newWebhook(
  settings: SettingsRecord,
  { account, workspace }: Pick<AccessRecord, 'account' | 'workspace'>,
  { ring, now = new Date() }: { ring: KeyRing; now?: Date },
): StoredWebhook {
  const id = randomUUID();
  const created = toInstant(now);
  return { id, account, workspace, version: 1, settings, ...newSlug(id, ring), created, updated: created };
}

/** Saves a new webhook, its first version and its announcement, all or none. */
export function saveNewWebhook({ pool }: ChangeDeps, webhook: StoredWebhook, by: By): Promise<void> {
  return pool.transaction(async (client) => {
    await insertWebhook(client, webhook);
    await record(client, webhook, { change: 'created', by });
  });
}

/** Changes the settings as `read` says. A change that changes nothing makes no version. */
export function updateSettings(
  { pool }: ChangeDeps,
  address: WebhookAddress,
  { by, read }: { by: By; read: (current: StoredWebhook) => WebhookInput },
): Promise<ChangeResult> {
  return pool.transaction(async (client) => {
    const current = await findWebhook(client, address, { lock: true });
    if (!current) return { outcome: 'not_found' };
    const input = read(current);
    if (!input.ok) return { outcome: 'invalid', errors: input.errors };
    if (isDeepStrictEqual(input.settings, current.settings)) return { outcome: 'saved', webhook: current };
    const webhook = { ...nextVersion(current), settings: input.settings };
    await updateWebhook(client, webhook);
    await record(client, webhook, { change: 'updated', by });
    return { outcome: 'saved', webhook };
  });
}

/** Gives a webhook a new slug and forgets the old one. */
export function rotateSlug(
  { pool, ring }: ChangeDeps,
  address: WebhookAddress,
  { by }: { by: By },
): Promise<ChangeResult> {
  return pool.transaction(async (client) => {
    const current = await findWebhook(client, address, { lock: true });
    if (!current) return { outcome: 'not_found' };
    const webhook = { ...nextVersion(current), ...newSlug(current.id, ring) };
    await updateWebhook(client, webhook);
    await record(client, webhook, { change: 'rotated', by });
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
  { by }: { by: By },
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

/** A webhook as the API shows it. */
export function toApiWebhook(stored: StoredWebhook, ring: KeyRing): Webhook {
  const { id, account, workspace, settings, created, updated } = stored;
  return {
    id,
    created,
    updated,
    account,
    workspace,
    ...showSettings(settings),
    slug: revealSlug(id, stored, ring),
  };
}

async function record(
  client: Queryable,
  webhook: StoredWebhook,
  { change, by }: { change: WebhookChange; by: By },
): Promise<void> {
  await insertVersion(client, webhook, { change, apiKeyId: by.id });
  await announce(client, {
    topic: topics.webhooks.name,
    key: webhook.id,
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
