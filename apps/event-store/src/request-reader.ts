import type { CapturedRequest, Execution } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { ISO_UTC } from './execution-reader.ts';
import { executionDay } from './execution-row.ts';

/** A stored request, and what became of it. */
export interface StoredRequest {
  execution_id: string;
  webhook_id: string;
  webhook_version: number;
  method: string;
  path: string;
  query: string;
  headers: CapturedRequest['headers'];
  remote_address: string | null;
  received: string;
  content_type: string | null;
  /** False when the body was refused, or broke off, before it was read to its end. */
  body_complete: boolean;
  /** As it was sent: not decoded. */
  body: Buffer;
  outcome: Execution['outcome'];
  cause: Execution['cause'];
}

/** The request of an execution, as long as it is kept: undefined after that, and for an id without an execution. */
export async function readRequest(
  db: Queryable,
  workspace: string,
  id: string,
): Promise<StoredRequest | undefined> {
  const day = executionDay(id);
  if (day === undefined) return undefined;
  const { rows } = await db.query<StoredRequest>(
    `select e.id as execution_id, e.webhook_id, e.webhook_version, e.method, e.path, r.query, r.headers,
            r.remote_address, to_char(e.received at time zone 'UTC', ${ISO_UTC}) as received, r.content_type,
            r.body_complete, r.body, e.outcome, e.cause
       from execution_requests r join executions e using (id, day)
      where id = $1 and day = $2 and e.workspace = $3 and e.method is not null`,
    [id, day, workspace],
  );
  const row = rows[0];
  return row && { ...row, received: row.received.replace('.000000Z', 'Z') };
}
