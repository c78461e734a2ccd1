import { outcomeStatus } from '@tributary/event-schemas';
import type { Execution, Outcome } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { bindTo } from './event-filter-sql.ts';
import { executionDay } from './execution-row.ts';

/** What executions may be asked for; a list is a choice, and missing parts do not restrict. */
export interface ExecutionFilter {
  webhook_id?: string[] | undefined;
  outcome?: Execution['outcome'][] | undefined;
  received?: { since?: string | undefined; until?: string | undefined } | undefined;
}

export interface ExecutionCursor {
  received: string;
  id: string;
}

/** A stored request's body, as its webhook was sent it. */
export interface StoredRequest {
  contentType: string | null;
  body: Buffer;
}

interface ExecutionColumns extends Omit<Execution, 'response' | 'steps'> {
  awaited: boolean;
  request_steps: Execution['steps'];
  outcome_steps: Execution['steps'];
}

const ISO_UTC = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
const COLUMNS = `id, webhook_id, to_char(received at time zone 'UTC', ${ISO_UTC}) as received, method, path, outcome, cause,
  error, events::text[] as events, replay_of, awaited, request_steps, outcome_steps`;

/**
 * An execution of a workspace. Undefined also while its request is still on its way here, and when the id is no
 * execution's at all.
 */
export async function readExecution(
  db: Queryable,
  workspace: string,
  id: string,
): Promise<Execution | undefined> {
  const day = executionDay(id);
  if (day === undefined) return undefined;
  const { rows } = await db.query<ExecutionColumns>(
    `select ${COLUMNS} from executions where id = $1 and day = $2 and workspace = $3 and method is not null`,
    [id, day, workspace],
  );
  return rows[0] && toExecution(rows[0]);
}

/** The request of an execution, as long as it is kept. */
export async function readRequest(
  db: Queryable,
  workspace: string,
  id: string,
): Promise<StoredRequest | undefined> {
  const day = executionDay(id);
  if (day === undefined) return undefined;
  const { rows } = await db.query<{ content_type: string | null; body: Buffer }>(
    `select r.content_type, r.body from execution_requests r join executions e using (id, day)
      where id = $1 and day = $2 and e.workspace = $3`,
    [id, day, workspace],
  );
  return rows[0] && { contentType: rows[0].content_type, body: rows[0].body };
}

/** One page of the executions of a workspace, the newest first. */
export async function readExecutionPage(
  db: Queryable,
  {
    workspace,
    filter,
    limit,
    after,
  }: { workspace: string; filter: ExecutionFilter; limit: number; after?: ExecutionCursor | undefined },
): Promise<{ executions: Execution[]; next: ExecutionCursor | null }> {
  const values: unknown[] = [];
  const bind = bindTo(values);
  const { webhook_id: webhooks, outcome, received } = filter;
  const conditions = [
    `workspace = ${bind(workspace)}::uuid`,
    'method is not null',
    ...(webhooks ? [`webhook_id = any(${bind(webhooks)}::uuid[])`] : []),
    ...(outcome ? [`outcome = any(${bind(outcome)}::text[])`] : []),
    ...(received?.since ? [`received >= ${bind(received.since)}::timestamptz`] : []),
    ...(received?.until ? [`received <= ${bind(received.until)}::timestamptz`] : []),
    ...(after ? [`(received, id) < (${bind(after.received)}::timestamptz, ${bind(after.id)}::uuid)`] : []),
  ];
  const { rows } = await db.query<ExecutionColumns>(
    `select ${COLUMNS} from executions where ${conditions.join(' and ')}
      order by executions.received desc, id desc limit ${bind(limit + 1)}`,
    values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    executions: page.map(toExecution),
    next: rows.length > limit && last ? { received: last.received, id: last.id } : null,
  };
}

function toExecution({
  awaited,
  request_steps,
  outcome_steps,
  replay_of,
  ...row
}: ExecutionColumns): Execution {
  return {
    ...row,
    received: row.received.replace('.000000Z', 'Z'),
    response: responseOf(row.outcome, { awaited, replayed: replay_of !== null }),
    replay_of,
    steps: [...request_steps, ...outcome_steps],
  };
}

/**
 * What the caller is answered: 200 at once where nobody waits for the outcome (`receipt`), else by the outcome. A caller
 * whose wait ended before the outcome was known got 202; of that no record tells. A replay has no caller.
 */
function responseOf(
  outcome: Execution['outcome'],
  { awaited, replayed }: { awaited: boolean; replayed: boolean },
): Execution['response'] {
  if (replayed) return null;
  if (!awaited) return { status: 200 };
  return outcome === 'pending' ? null : { status: outcomeStatus({ outcome: outcome as Outcome['outcome'] }) };
}
