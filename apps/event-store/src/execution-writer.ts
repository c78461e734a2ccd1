import type { AnswerRow } from './answer-row.ts';
import type { RowBatch } from './consumers/topic-store.ts';
import type { OutcomeRow, RejectedRow, RequestRow } from './execution-row.ts';
import { IS_MOVED, MOVED, PLACE_PARAMETERS, placeParameters, recordset } from '@tributary/postgres';
import type { Queryable, Recordset } from '@tributary/postgres';

const MOVED_PARTITIONS = `select coalesce(array_agg(partition), '{}') as moved from moved`;

const first = PLACE_PARAMETERS + 1;

const EXECUTION = {
  partition: 'integer',
  id: 'uuid',
  day: 'date',
  workspace: 'uuid',
  webhook_id: 'uuid',
  webhook_version: 'integer',
  received: 'timestamptz',
  replay_of: 'uuid',
};

const REQUEST = {
  ...EXECUTION,
  method: 'text',
  path: 'text',
  response_mode: 'text',
  reply_partition: 'integer',
  steps: 'json',
  query: 'text',
  headers: 'json',
  remote_address: 'text',
  content_type: 'text',
  body: 'bytea',
};

const REQUESTS = recordset(REQUEST, { first });

const REJECTED = recordset(
  {
    ...REQUEST,
    outcome: 'text',
    cause: 'text',
    error: 'json',
    response_status: 'integer',
    body_complete: 'boolean',
    unrecorded: 'integer',
  },
  { first },
);

const OUTCOMES = recordset(
  {
    ...EXECUTION,
    outcome: 'text',
    cause: 'text',
    error: 'json',
    events: 'uuid[]',
    response_status: 'integer',
    duplicate_of: 'uuid',
    steps: 'json',
  },
  { first },
);

const ANSWERS = recordset(
  {
    partition: 'integer',
    id: 'uuid',
    day: 'date',
    source: 'text',
    log_offset: 'bigint',
    status: 'integer',
    content_type: 'text',
    headers: 'json',
    body: 'bytea',
  },
  { first },
);

/** Of an execution whose outcome came first, the row is completed; a request that is there already stays as it is. */
const STORE_REQUESTS = `
  with ${MOVED}, batch as (
    select * from ${REQUESTS.item} where ${IS_MOVED}
  ), stored as (
    insert into executions as known
      (id, day, workspace, webhook_id, webhook_version, received, replay_of, method, path, response_mode,
       reply_partition, request_steps)
    select id, day, workspace, webhook_id, webhook_version, received, replay_of, method, path, response_mode,
           reply_partition, steps
      from batch order by id
    on conflict (id, day) do update
      set method = excluded.method, path = excluded.path, response_mode = excluded.response_mode,
          reply_partition = excluded.reply_partition, request_steps = excluded.request_steps
      where known.method is null
  ), requests as (
    insert into execution_requests (id, day, query, headers, remote_address, content_type, body)
    select id, day, query, headers, remote_address, content_type, body from batch order by id
    on conflict (id, day) do nothing
  )
  ${MOVED_PARTITIONS}`;

const STORE_REJECTED = `
  with ${MOVED}, batch as (
    select * from ${REJECTED.item} where ${IS_MOVED}
  ), stored as (
    insert into executions
      (id, day, workspace, webhook_id, webhook_version, received, replay_of, method, path, response_mode,
       request_steps, outcome, cause, error, response_status, unrecorded)
    select id, day, workspace, webhook_id, webhook_version, received, replay_of, method, path, response_mode,
           steps, outcome, cause, error, response_status, unrecorded
      from batch order by id
    on conflict (id, day) do nothing
  ), requests as (
    insert into execution_requests (id, day, query, headers, remote_address, content_type, body, body_complete)
    select id, day, query, headers, remote_address, content_type, body, body_complete
      from batch order by id
    on conflict (id, day) do nothing
  )
  ${MOVED_PARTITIONS}`;

const STORE_OUTCOMES = `
  with ${MOVED}, stored as (
    insert into executions as known
      (id, day, workspace, webhook_id, webhook_version, received, replay_of, outcome, cause, error, events,
       response_status, duplicate_of, outcome_steps)
    select id, day, workspace, webhook_id, webhook_version, received, replay_of, outcome, cause, error, events,
           response_status, duplicate_of, steps
      from ${OUTCOMES.item} where ${IS_MOVED}
     order by id
    on conflict (id, day) do update
      set webhook_version = excluded.webhook_version, outcome = excluded.outcome, cause = excluded.cause,
          error = excluded.error, events = excluded.events, response_status = excluded.response_status,
          duplicate_of = excluded.duplicate_of, outcome_steps = excluded.outcome_steps
      where known.outcome = 'pending'
  )
  ${MOVED_PARTITIONS}`;

/** In the order of their offsets, so that of several the first is kept. */
const STORE_ANSWERS = `
  with ${MOVED}, stored as (
    insert into execution_answers (id, day, partition, source, log_offset, status, content_type, headers, body)
    select distinct on (id, partition, source)
           id, day, partition, source, log_offset, status, content_type, headers, body
      from ${ANSWERS.item} where ${IS_MOVED}
     order by id, partition, source, log_offset
    on conflict (id, day, partition, source) do nothing
  )
  ${MOVED_PARTITIONS}`;

/** Stores captured requests as pending executions. The partitions of their days must exist, as for all of these. */
export function writeRequests(client: Queryable, batch: RowBatch<RequestRow>): Promise<number[]> {
  return store(client, firstOfEach(batch), { text: STORE_REQUESTS, name: 'store-requests', rows: REQUESTS });
}

/** Stores refused requests. */
export function writeRejected(client: Queryable, batch: RowBatch<RejectedRow>): Promise<number[]> {
  return store(client, firstOfEach(batch), { text: STORE_REJECTED, name: 'store-rejected', rows: REJECTED });
}

/** Stores outcomes; of several for one execution the first counts, as on the topic of replies. */
export function writeOutcomes(client: Queryable, batch: RowBatch<OutcomeRow>): Promise<number[]> {
  return store(client, firstOfEach(batch), { text: STORE_OUTCOMES, name: 'store-outcomes', rows: OUTCOMES });
}

/** Stores answers; of several of one partition and source the lowest offset counts. */
export function writeAnswers(client: Queryable, batch: RowBatch<AnswerRow>): Promise<number[]> {
  return store(client, batch, { text: STORE_ANSWERS, name: 'store-answers', rows: ANSWERS });
}

async function store<Row>(
  client: Queryable,
  { topic, places, rows }: RowBatch<Row>,
  statement: { text: string; name: string; rows: Recordset<Row> },
): Promise<number[]> {
  const { text, name } = statement;
  const parameters = [...placeParameters(topic, places), ...statement.rows.parameters(rows)];
  const result = await client.query<{ moved: number[] }>(text, parameters, { name });
  return result.rows[0]!.moved;
}

/** A statement can meet the same row only once (`ON CONFLICT DO UPDATE`): of an id that comes twice, the first. */
function firstOfEach<Row extends { id: string }>({ rows, ...batch }: RowBatch<Row>): RowBatch<Row> {
  const first = new Map<string, Row>();
  for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
  return { ...batch, rows: [...first.values()] };
}
