import { topics } from '@tributary/event-schemas';
import type { AccessRecord, Scope } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { insertApiKey, toRecord } from './api-key-store.ts';
import type { ApiKeyRow } from './api-key-store.ts';
import { announce } from './outbox.ts';
import { toInstant } from './webhook-store.ts';
import type { Position } from './webhook-store.ts';

/** A service account with the newest of its keys, of which only the hash is known. */
export interface ServiceAccount {
  id: string;
  account: string;
  workspace: string;
  name: string;
  scopes: Scope[];
  created: string;
  updated: string;
  apiKey: AccessRecord;
}

interface ServiceAccountRow extends Omit<ServiceAccount, 'created' | 'updated' | 'apiKey'> {
  created: Date;
  updated: Date;
}

const COLUMNS = 'id, account, workspace, name, scopes, created, updated';
const KEY_COLUMNS =
  'id, account, workspace, name, sha256, scopes, created, expires, service_account AS service_account_id';

/** Writes a service account, its key and the key's announcement, in the caller's transaction. */
export async function insertServiceAccount(client: Queryable, account: ServiceAccount): Promise<void> {
  const { id, workspace, name, scopes, created, updated } = account;
  await client.query(`INSERT INTO service_accounts (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)`, [
    id,
    account.account,
    workspace,
    name,
    scopes,
    created,
    updated,
  ]);
  await insertApiKey(client, account.apiKey);
}

export interface ServiceAccountAddress {
  account: string;
  id: string;
}

/** A service account; `lock` holds it until the end of the transaction. */
export async function findServiceAccount(
  client: Queryable,
  { account, id }: ServiceAccountAddress,
  { lock = false }: { lock?: boolean } = {},
): Promise<ServiceAccount | undefined> {
  const { rows } = await client.query<ServiceAccountRow>(
    `SELECT ${COLUMNS} FROM service_accounts WHERE account = $1 AND id = $2 ${lock ? 'FOR UPDATE' : ''}`,
    [account, id],
  );
  return (await withKeys(client, rows))[0];
}

/** The service accounts of an account in the order in which they were made, from behind a position. */
export async function listServiceAccounts(
  client: Queryable,
  query: { account: string; names?: string[] | undefined; after?: Position | undefined; limit: number },
): Promise<ServiceAccount[]> {
  const { account, names, after, limit } = query;
  const { rows } = await client.query<ServiceAccountRow>(
    `SELECT ${COLUMNS} FROM service_accounts
     WHERE account = $1 AND ($2::text[] IS NULL OR name = ANY($2))
       AND ($3::timestamptz IS NULL OR (created, id) > ($3, $4::uuid))
     ORDER BY created, id LIMIT $5`,
    [account, names ?? null, after?.created ?? null, after?.id ?? null, limit],
  );
  return withKeys(client, rows);
}

export async function renameServiceAccount(
  client: Queryable,
  { id, name, updated }: Pick<ServiceAccount, 'id' | 'name' | 'updated'>,
): Promise<void> {
  await client.query('UPDATE service_accounts SET name = $2, updated = $3 WHERE id = $1', [
    id,
    name,
    updated,
  ]);
}

/**
 * Gives a service account a new key, and ends the ones before: at once, or at an instant up to which they stay valid
 * beside it. Resolves to the ids of the keys that changed.
 */
export async function replaceKey(
  client: Queryable,
  key: AccessRecord,
  { before }: { before: Date | undefined },
): Promise<string[]> {
  const account = key.service_account_id;
  if (before === undefined) {
    const gone = await deleteKeys(client, account!);
    await insertApiKey(client, key);
    return [...gone, key.id];
  }
  const { rows } = await client.query<ApiKeyRow>(
    `UPDATE api_keys SET expires = least(expires, $2) WHERE service_account = $1 RETURNING ${KEY_COLUMNS}`,
    [account, before],
  );
  for (const row of rows)
    await announce(client, { topic: topics.access.name, key: row.id, value: toRecord(row) });
  await insertApiKey(client, key);
  return [...rows.map(({ id }) => id), key.id];
}

/** Deletes a service account and its keys, and announces their end; resolves to the ids of the keys. */
export async function deleteServiceAccount(client: Queryable, id: string): Promise<string[]> {
  const keys = await deleteKeys(client, id);
  await client.query('DELETE FROM service_accounts WHERE id = $1', [id]);
  return keys;
}

async function deleteKeys(client: Queryable, serviceAccount: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'DELETE FROM api_keys WHERE service_account = $1 RETURNING id',
    [serviceAccount],
  );
  for (const { id } of rows) await announce(client, { topic: topics.access.name, key: id, value: null });
  return rows.map(({ id }) => id);
}

async function withKeys(client: Queryable, rows: ServiceAccountRow[]): Promise<ServiceAccount[]> {
  if (rows.length === 0) return [];
  const { rows: keys } = await client.query<ApiKeyRow & { service_account_id: string }>(
    `SELECT DISTINCT ON (service_account) ${KEY_COLUMNS} FROM api_keys
     WHERE service_account = ANY($1::uuid[]) ORDER BY service_account, created DESC, id`,
    [rows.map(({ id }) => id)],
  );
  const newest = new Map(keys.map((key) => [key.service_account_id, toRecord(key)]));
  return rows.flatMap(({ created, updated, ...row }) => {
    const apiKey = newest.get(row.id);
    return apiKey ? [{ ...row, created: toInstant(created), updated: toInstant(updated), apiKey }] : [];
  });
}
