import type { Queryable } from '@tributary/postgres';
import { toInstant } from './webhook-store.ts';

/** What can be done to what; a closed list. */
export const auditActions = [
  'webhook.created',
  'webhook.updated',
  'webhook.rotated',
  'webhook.deleted',
  'api_key.created',
  'api_key.deleted',
  'service_account.created',
  'service_account.updated',
  'service_account.key_rotated',
  'service_account.deleted',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** Who made a change: an API key, with the name it has or had. */
export interface Actor {
  id: string;
  name: string;
}

export interface AuditEntry {
  account: string;
  workspace: string;
  action: AuditAction;
  resource: { id: string; name: string };
  /** Of a webhook: the version that the change made. */
  version?: number;
  /** Names of the fields that changed, never their values. */
  changed?: readonly string[];
}

/** Writes who did what, in the transaction of the change. */
export async function writeAudit(client: Queryable, by: Actor, entry: AuditEntry): Promise<void> {
  const { account, workspace, action, resource, version = null, changed = [] } = entry;
  await client.query(
    `INSERT INTO audit_log
       (account, workspace, occurred, actor, actor_name, action, resource, resource_name, version, changed)
     VALUES ($1, $2, now(), $3, $4, $5, $6, $7, $8, $9)`,
    [account, workspace, by.id, by.name, action, resource.id, resource.name, version, changed],
  );
}

interface AuditRow {
  id: string;
  occurred: Date;
  actor: string;
  actor_name: string;
  action: AuditAction;
  resource: string;
  resource_name: string;
  version: number | null;
  changed: string[];
}

/** An entry as the API shows it. */
export interface ShownAuditEntry {
  id: string;
  occurred: string;
  actor: { type: 'api_key'; id: string; name: string };
  action: AuditAction;
  resource: { type: string; id: string; name: string };
  version: number | null;
  changed: string[];
}

/** The entries of a workspace before an id, the newest first. */
export async function listAudit(
  client: Queryable,
  { workspace, before, limit }: { workspace: string; before?: string | undefined; limit: number },
): Promise<ShownAuditEntry[]> {
  const { rows } = await client.query<AuditRow>(
    `SELECT id::text, occurred, actor, actor_name, action, resource, resource_name, version, changed
     FROM audit_log WHERE workspace = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY audit_log.id DESC LIMIT $3`,
    [workspace, before ?? null, limit],
  );
  return rows.map(
    ({ id, occurred, actor, actor_name, action, resource, resource_name, version, changed }) => ({
      id,
      occurred: toInstant(occurred),
      actor: { type: 'api_key', id: actor, name: actor_name },
      action,
      resource: { type: action.split('.')[0]!, id: resource, name: resource_name },
      version,
      changed,
    }),
  );
}

/** Takes away some entries from before an instant; resolves to how many. */
export async function removeAudit(client: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await client.query(
    `DELETE FROM audit_log WHERE id IN (
       SELECT id FROM audit_log WHERE occurred < $1 ORDER BY occurred LIMIT $2 FOR UPDATE SKIP LOCKED
     )`,
    [before, limit],
  );
  return rowCount;
}
