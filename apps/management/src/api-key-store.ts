import { topics } from '@tributary/event-schemas';
import type { AccessRecord, Scope } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { announce } from './outbox.ts';
import { toInstant } from './webhook-store.ts';
import type { Position } from './webhook-store.ts';

/** A row of `api_keys`. */
export interface ApiKeyRow {
  id: string;
  account: string;
  workspace: string;
  name: string;
  sha256: string;
  scopes: Scope[];
  created: Date;
  expires: Date | null;
  service_account_id: string | null;
}

const COLUMNS =
  'id, account, workspace, name, sha256, scopes, created, expires, service_account AS service_account_id';

/** Writes a key's hash and its announcement, in the caller's transaction. */
export async function insertApiKey(
  client: Queryable,
  record: AccessRecord,
  { bootstrap = false }: { bootstrap?: boolean } = {},
): Promise<void> {
  const { id, account, workspace, name, sha256, scopes, created, expires, service_account_id } = record;
  await client.query(
    `INSERT INTO api_keys
       (id, account, workspace, name, sha256, scopes, created, expires, service_account, bootstrap)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, account, workspace, name, sha256, scopes, created, expires, service_account_id ?? null, bootstrap],
  );
  await announce(client, { topic: topics.access.name, key: id, value: record });
}

export async function findApiKeyByHash(client: Queryable, sha256: string): Promise<AccessRecord | undefined> {
  const { rows } = await client.query<ApiKeyRow>(
    `SELECT ${COLUMNS} FROM api_keys WHERE sha256 = $1`,
    [sha256],
    { name: 'api-key-by-hash' },
  );
  return rows[0] && toRecord(rows[0]);
}

/** The keys of a workspace, those of service accounts aside, in the order in which they were made, from behind a position. */
export async function listApiKeys(
  client: Queryable,
  { workspace, after, limit }: { workspace: string; after?: Position; limit: number },
): Promise<AccessRecord[]> {
  const { rows } = await client.query<ApiKeyRow>(
    `SELECT ${COLUMNS} FROM api_keys
     WHERE workspace = $1 AND service_account IS NULL AND ($2::timestamptz IS NULL OR (created, id) > ($2, $3::uuid))
     ORDER BY created, id LIMIT $4`,
    [workspace, after?.created ?? null, after?.id ?? null, limit],
  );
  return rows.map(toRecord);
}

/** Deletes a key of a workspace and announces it; resolves to its name, undefined when there is none. */
export async function deleteApiKey(
  client: Queryable,
  { workspace, id }: { workspace: string; id: string },
): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    'DELETE FROM api_keys WHERE id = $1 AND workspace = $2 AND service_account IS NULL RETURNING name',
    [id, workspace],
  );
  const [deleted] = rows;
  if (!deleted) return undefined;
  await announce(client, { topic: topics.access.name, key: id, value: null });
  return deleted.name;
}

/** Gives the key of the configuration the scopes that it lacks, those that came with a newer version, and announces it. */
export async function widenBootstrapKey(
  client: Queryable,
  { sha256, scopes }: Pick<AccessRecord, 'sha256' | 'scopes'>,
): Promise<void> {
  const { rows } = await client.query<ApiKeyRow>(
    `UPDATE api_keys SET scopes = $2::text[]
     WHERE sha256 = $1 AND bootstrap AND NOT scopes @> $2::text[] RETURNING ${COLUMNS}`,
    [sha256, scopes],
  );
  for (const row of rows)
    await announce(client, { topic: topics.access.name, key: row.id, value: toRecord(row) });
}

/** Deletes the keys that came from an earlier configuration. */
export async function deleteBootstrapKeys(client: Queryable, workspace: string): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    'DELETE FROM api_keys WHERE workspace = $1 AND bootstrap RETURNING id',
    [workspace],
  );
  for (const { id } of rows) await announce(client, { topic: topics.access.name, key: id, value: null });
  return rows.length;
}

export function toRecord({ created, expires, ...row }: ApiKeyRow): AccessRecord {
  return { ...row, created: toInstant(created), expires: expires && toInstant(expires) };
}
