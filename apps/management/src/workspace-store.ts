import type { Queryable } from '@tributary/postgres';

/** A workspace as `GET /api/me/workspaces` shows it: every field is one that Prefect's command line reads. */
export interface WorkspaceOfKey {
  account_id: string;
  account_name: string;
  account_handle: string;
  workspace_id: string;
  workspace_name: string;
  workspace_description: string;
  workspace_handle: string;
}

export async function findWorkspace(client: Queryable, workspace: string): Promise<WorkspaceOfKey[]> {
  const { rows } = await client.query<WorkspaceOfKey>(
    `SELECT accounts.id AS account_id, accounts.name AS account_name, accounts.handle AS account_handle,
       workspaces.id AS workspace_id, workspaces.name AS workspace_name,
       workspaces.description AS workspace_description, workspaces.handle AS workspace_handle
     FROM workspaces JOIN accounts ON accounts.id = workspaces.account WHERE workspaces.id = $1`,
    [workspace],
  );
  return rows;
}

/** Makes sure that an account and a workspace of these ids exist; such as exist stay as they are. */
export async function ensureWorkspace(
  client: Queryable,
  { account, workspace, handle }: { account: string; workspace: string; handle: string },
): Promise<void> {
  await client.query(
    'INSERT INTO accounts (id, handle, name) VALUES ($1, $2, $2) ON CONFLICT (id) DO NOTHING',
    [account, handle],
  );
  await client.query(
    'INSERT INTO workspaces (id, account, handle, name) VALUES ($1, $2, $3, $3) ON CONFLICT (id) DO NOTHING',
    [workspace, account, handle],
  );
}
