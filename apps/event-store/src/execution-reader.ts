import { normalizeInstant, outcomeStatus } from '@tributary/event-schemas';
import type { CapturedRequest, Execution, Outcome } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { executionConditions } from './execution-filter.ts';
import type { ExecutionFilter } from './execution-filter.ts';
import { bindTo } from './event-filter-sql.ts';
import { executionDay } from './execution-row.ts';

export interface ExecutionCursor {
  received: string;
  id: string;
}

/** An execution, and how its caller waits or waited. */
export interface StoredExecution {
  execution: Execution;
  mode: CapturedRequest['response_mode'];
  /** The partition of `tributary.replies` that the caller's instance reads; null when nobody waits. */
  replyPartition: number | null;
}

interface ExecutionColumns extends Omit<Execution, 'response' | 'steps'> {
  response_mode: CapturedRequest['response_mode'];
  reply_partition: number | null;
  response_status: number | null;
  answer_status: number | null;
  first_answer_status: number | null;
  request_steps: Execution['steps'];
  outcome_steps: Execution['steps'];
}

/** Instants as text with microseconds, which a JavaScript Date has not. */
export const ISO_UTC = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/**
 * The answer that counts: of those on the partition that the caller's instance reads the first; to a caller who waits for
 * a consumer the renderer's counts too, to one who waits for the renderer no other.
 */
const answerTo = (call: string): string => `select * from execution_answers a
    where a.id = ${call}.id and a.day = ${call}.day and a.partition = ${call}.reply_partition
      and (${call}.response_mode = 'sync' or ${call}.response_mode = 'custom' and a.source = 'renderer')
    order by a.log_offset limit 1`;
export const ANSWER = answerTo('e');

/** Of a duplicate in `sync`: the consumer's answer to the first call, which came within the window before it. */
const FIRST_ANSWER = `select first_answer.status from executions f
    cross join lateral (${answerTo('f')}) first_answer
    where e.response_mode = 'sync' and e.response_status is null and f.id = e.duplicate_of
      and f.workspace = e.workspace and f.day between e.day - 8 and e.day + 1`;

const SELECT = `
  select e.id, e.webhook_id, e.webhook_version, to_char(e.received at time zone 'UTC', ${ISO_UTC}) as received, e.method,
         e.path, e.outcome, e.cause, e.error, e.events::text[] as events, e.replay_of, e.duplicate_of, e.unrecorded,
         e.response_mode, e.reply_partition, e.response_status, e.request_steps, e.outcome_steps,
         answer.status as answer_status, first.status as first_answer_status
    from executions e
    left join lateral (${ANSWER}) answer on e.response_mode in ('sync', 'custom')
    left join lateral (${FIRST_ANSWER}) first on e.duplicate_of is not null`;

/**
 * An execution of a workspace. Undefined also while its request is still on its way here, and when the id is no
 * execution's at all.
 */
export async function readExecution(
  db: Queryable,
  workspace: string,
  id: string,
): Promise<StoredExecution | undefined> {
  const day = executionDay(id);
  if (day === undefined) return undefined;
  const { rows } = await db.query<ExecutionColumns>(
    `${SELECT} where e.id = $1 and e.day = $2 and e.workspace = $3 and e.method is not null`,
    [id, day, workspace],
  );
  return rows[0] && toStored(rows[0]);
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
  const conditions = [
    ...executionConditions(workspace, filter, bind),
    ...(after
      ? [`(e.received, e.id) < (${bind(after.received)}::timestamptz, ${bind(after.id)}::uuid)`]
      : []),
  ];
  const { rows } = await db.query<ExecutionColumns>(
    `${SELECT} where ${conditions.join(' and ')} order by e.received desc, e.id desc limit ${bind(limit + 1)}`,
    values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    executions: page.map((row) => toStored(row).execution),
    next: rows.length > limit && last ? { received: last.received, id: last.id } : null,
  };
}

function toStored(columns: ExecutionColumns): StoredExecution {
  const { response_mode, reply_partition, response_status: _, answer_status: __, ...rest } = columns;
  const { first_answer_status: ___, request_steps, outcome_steps, ...row } = rest;
  return {
    execution: {
      ...row,
      received: row.received.replace('.000000Z', 'Z'),
      response: responseOf(columns),
      steps: allSteps(request_steps, outcome_steps),
    },
    mode: response_mode,
    replyPartition: reply_partition,
  };
}

/** The renderer repeats the steps of the request before its own. */
function allSteps(ofRequest: Execution['steps'], ofOutcome: Execution['steps']): Execution['steps'] {
  const repeated = new Set(ofOutcome.map(({ name, started }) => `${name} ${normalizeInstant(started)}`));
  const first = ofRequest.filter(
    ({ name, started }) => !repeated.has(`${name} ${normalizeInstant(started)}`),
  );
  return [...first, ...ofOutcome].map((step) => ({
    ...step,
    started: normalizeInstant(step.started) ?? step.started,
  }));
}

/**
 * What the caller is answered: what a record says of it; else 200 at once where nobody waits for the outcome
 * (`receipt`), 202 where nobody could, the consumer's answer in `sync`, else by the outcome. A caller whose wait ended
 * before all that got 202; of that no record tells. A duplicate in `sync` whose outcome says nothing of an answer gets that
 * of the first call. A replay has no caller.
 */
function responseOf(columns: ExecutionColumns): Execution['response'] {
  const { outcome, replay_of, response_mode, reply_partition, response_status, answer_status } = columns;
  if (response_status !== null) return { status: response_status };
  if (replay_of !== null || outcome === 'rejected') return null;
  if (response_mode === 'receipt') return { status: 200 };
  if (reply_partition === null) return { status: 202 };
  if (answer_status !== null) return { status: answer_status };
  if (columns.first_answer_status !== null) return { status: columns.first_answer_status };
  if (outcome === 'pending' || isForConsumer(columns)) return null;
  return { status: outcomeStatus({ outcome: outcome as Outcome['outcome'] }) };
}

/** Whether a consumer of the events decides the answer, to this call or to the one that it repeats. */
function isForConsumer({ outcome, response_mode, duplicate_of }: ExecutionColumns): boolean {
  return response_mode === 'sync' && (outcome === 'emitted' || duplicate_of !== null);
}
