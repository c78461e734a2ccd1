import type { Queryable } from '@tributary/postgres';
import type { OutcomeRow, RequestRow } from './execution-row.ts';

/** Of an execution whose outcome came first, the row is completed; a request that is there already stays as it is. */
const STORE_REQUESTS = `
  with batch as (
    select * from json_to_recordset($1::json) as item (
      id uuid, day date, workspace uuid, webhook_id uuid, webhook_version integer, received timestamptz,
      replay_of uuid, method text, path text, awaited boolean, steps json,
      query text, headers json, remote_address text, content_type text, body text)
  ), stored as (
    insert into executions as known
      (id, day, workspace, webhook_id, webhook_version, received, replay_of, method, path, awaited, request_steps)
    select id, day, workspace, webhook_id, webhook_version, received, replay_of, method, path, awaited, steps
      from batch order by id
    on conflict (id, day) do update
      set method = excluded.method, path = excluded.path, awaited = excluded.awaited,
          request_steps = excluded.request_steps
      where known.method is null
  )
  insert into execution_requests (id, day, query, headers, remote_address, content_type, body)
  select id, day, query, headers, remote_address, content_type, decode(body, 'base64') from batch order by id
  on conflict (id, day) do nothing`;

const STORE_OUTCOMES = `
  insert into executions as known
    (id, day, workspace, webhook_id, webhook_version, received, replay_of, outcome, cause, error, events, outcome_steps)
  select id, day, workspace, webhook_id, webhook_version, received, replay_of, outcome, cause, error, events, steps
    from json_to_recordset($1::json) as item (
      id uuid, day date, workspace uuid, webhook_id uuid, webhook_version integer, received timestamptz,
      replay_of uuid, outcome text, cause text, error json, events uuid[], steps json)
   order by id
  on conflict (id, day) do update
    set webhook_version = excluded.webhook_version, outcome = excluded.outcome, cause = excluded.cause,
        error = excluded.error, events = excluded.events, outcome_steps = excluded.outcome_steps
    where known.outcome = 'pending'`;

/** Stores captured requests as pending executions. The partitions of their days must exist. */
export async function writeRequests(client: Queryable, rows: RequestRow[]): Promise<void> {
  await client.query(STORE_REQUESTS, [toJson(rows)], { name: 'store-requests' });
}

/** Stores outcomes; of several for one execution the first counts, as on the topic of replies. */
export async function writeOutcomes(client: Queryable, rows: OutcomeRow[]): Promise<void> {
  await client.query(STORE_OUTCOMES, [toJson(rows)], { name: 'store-outcomes' });
}

/** A statement can meet the same row only once (`ON CONFLICT DO UPDATE`): of an id that comes twice, the first. */
function toJson(rows: { id: string }[]): string {
  const first = new Map<string, object>();
  for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
  return JSON.stringify([...first.values()]);
}
