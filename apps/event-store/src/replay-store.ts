import type { Queryable } from '@tributary/postgres';
import { bindTo } from './event-filter-sql.ts';
import type { Bind } from './event-filter-sql.ts';
import { executionConditions } from './execution-filter.ts';
import type { ExecutionFilter } from './execution-filter.ts';
import { ISO_UTC } from './execution-reader.ts';
import { REPLAYABLE } from './replay-request.ts';

/** A bulk replay as the API shows it. */
export interface Replay {
  id: string;
  created: string;
  state: 'running' | 'finished' | 'cancelled';
  filter: ExecutionFilter;
  per_second: number;
  /** Executions that the filter found when it was made. */
  total: number;
  replayed: number;
  /** Those that could not be: their request was not kept whole, or not any more, or they were handshakes. */
  skipped: number;
  finished: string | null;
}

/** What a bulk replay would do. */
export interface ReplayPlan {
  total: number;
  replayable: number;
  first_received: string | null;
  last_received: string | null;
}

/** A bulk replay at work. */
export interface RunningReplay {
  id: string;
  account: string;
  workspace: string;
  created: string;
  filter: ExecutionFilter;
  per_second: number;
  after: ReplayCursor | undefined;
}

/** A place among executions, or among replays. */
export interface ReplayCursor {
  received: string;
  id: string;
}

/** Bulk replays of a workspace that run at the same time. */
export const MAX_RUNNING = 10;

const TEXT = (column: string): string => `to_char(${column} at time zone 'UTC', ${ISO_UTC})`;
const COLUMNS = `id, ${TEXT('created')} as created, state, filter, per_second, total::float8 as total,
  replayed::float8 as replayed, skipped::float8 as skipped, ${TEXT('finished')} as finished`;

/** What a replay takes: the calls themselves, not what was replayed of them before; and nothing that comes later. */
function conditionsOf(
  workspace: string,
  filter: ExecutionFilter,
  { bind, created }: { bind: Bind; created: string },
) {
  return [
    ...executionConditions(workspace, filter, bind),
    'e.replay_of is null',
    `e.received <= ${bind(created)}::timestamptz`,
  ];
}

/** Counts what a replay of `filter` would take, were it made now. */
export async function planReplay(
  db: Queryable,
  { workspace, filter, created }: { workspace: string; filter: ExecutionFilter; created: string },
): Promise<ReplayPlan> {
  const values: unknown[] = [];
  const conditions = conditionsOf(workspace, filter, { bind: bindTo(values), created });
  const { rows } = await db.query<ReplayPlan>(
    `select count(*)::float8 as total, count(r.id) filter (where ${REPLAYABLE})::float8 as replayable,
            ${TEXT('min(e.received)')} as first_received, ${TEXT('max(e.received)')} as last_received
       from executions e left join execution_requests r using (id, day)
      where ${conditions.join(' and ')}`,
    values,
  );
  return rows[0]!;
}

/** Makes a replay that runs; undefined when as many of the workspace run as may. */
export async function createReplay(
  db: Queryable,
  {
    id,
    account,
    workspace,
    created,
    filter,
    perSecond,
    total,
  }: {
    id: string;
    account: string;
    workspace: string;
    created: string;
    filter: ExecutionFilter;
    perSecond: number;
    total: number;
  },
): Promise<Replay | undefined> {
  const { rows } = await db.query<Replay>(
    `insert into replays (id, account, workspace, created, filter, per_second, total)
     select $1, $2, $3, $4, $5, $6, $7
      where (select count(*) from replays where workspace = $3 and state = 'running') < ${MAX_RUNNING}
     returning ${COLUMNS}`,
    [id, account, workspace, created, JSON.stringify(filter), perSecond, total],
  );
  return rows[0];
}

export async function readReplay(db: Queryable, workspace: string, id: string): Promise<Replay | undefined> {
  const { rows } = await db.query<Replay>(`select ${COLUMNS} from replays where id = $1 and workspace = $2`, [
    id,
    workspace,
  ]);
  return rows[0];
}

/** One page of the replays of a workspace, the newest first. */
export async function readReplayPage(
  db: Queryable,
  { workspace, limit, after }: { workspace: string; limit: number; after: ReplayCursor | undefined },
): Promise<{ replays: Replay[]; next: ReplayCursor | null }> {
  const values: unknown[] = [];
  const bind = bindTo(values);
  const { rows } = await db.query<Replay>(
    `select ${COLUMNS} from replays where workspace = ${bind(workspace)}
        ${after ? `and (replays.created, id) < (${bind(after.received)}::timestamptz, ${bind(after.id)}::uuid)` : ''}
      order by replays.created desc, id desc limit ${bind(limit + 1)}`,
    values,
  );
  const replays = rows.slice(0, limit);
  const last = replays.at(-1);
  return { replays, next: rows.length > limit && last ? { received: last.created, id: last.id } : null };
}

/** Ends a replay that runs: what it has replayed stays so. Waits for the part that is being replayed. */
export async function cancelReplay(db: Queryable, workspace: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update replays set state = 'cancelled', finished = now() where id = $1 and workspace = $2 and state = 'running'`,
    [id, workspace],
  );
  return rowCount === 1;
}

/** Takes a replay whose turn it is, out of the reach of other instances until the transaction ends. */
export async function takeDueReplay(client: Queryable): Promise<RunningReplay | undefined> {
  const { rows } = await client.query<Omit<RunningReplay, 'after'> & { received: string | null; at: string }>(
    `select id, account, workspace, ${TEXT('created')} as created, filter, per_second,
            ${TEXT('after_received')} as received, after_id as at
       from replays where state = 'running' and next_at <= now()
      order by next_at limit 1 for update skip locked`,
  );
  const row = rows[0];
  if (!row) return undefined;
  const { received, at, ...replay } = row;
  return { ...replay, after: received === null ? undefined : { received, id: at } };
}

/** The next executions of a replay, in the order in which they were received: a second's worth. */
export async function nextToReplay(
  client: Queryable,
  { workspace, filter, created, after, per_second: limit }: RunningReplay,
): Promise<ReplayCursor[]> {
  const values: unknown[] = [];
  const bind = bindTo(values);
  const conditions = [
    ...conditionsOf(workspace, filter, { bind, created }),
    ...(after
      ? [`(e.received, e.id) > (${bind(after.received)}::timestamptz, ${bind(after.id)}::uuid)`]
      : []),
  ];
  const { rows } = await client.query<ReplayCursor>(
    `select e.id, ${TEXT('e.received')} as received from executions e where ${conditions.join(' and ')}
      order by e.received, e.id limit ${bind(limit)}`,
    values,
  );
  return rows;
}

/** Notes how far a replay has come; its next turn is in a second. */
export async function advanceReplay(
  client: Queryable,
  { id, per_second: limit }: RunningReplay,
  { taken, replayed }: { taken: ReplayCursor[]; replayed: number },
): Promise<void> {
  const last = taken.at(-1);
  await client.query(
    `update replays
        set replayed = replayed + $2, skipped = skipped + $3, after_received = coalesce($4, after_received),
            after_id = coalesce($5, after_id), next_at = now() + interval '1 second',
            state = case when $6 then 'finished' else state end, finished = case when $6 then now() end
      where id = $1`,
    [id, replayed, taken.length - replayed, last?.received, last?.id, taken.length < limit],
  );
}

/** Forgets replays that were made before a day. */
export async function pruneReplays(db: Queryable, firstDay: string): Promise<void> {
  await db.query(`delete from replays where created < $1::timestamptz and state <> 'running'`, [
    `${firstDay}T00:00:00Z`,
  ]);
}
