-- Up Migration

-- The next offset to read of each partition of a topic. It is compared and set in the transaction that stores a batch,
-- so that a record is stored exactly once, whatever happens to the process or to Kafka's own offsets.
create table positions (
  topic text not null,
  partition integer not null,
  next_offset bigint not null,
  primary key (topic, partition)
);

-- The first write of an id wins, per workspace and over all partitions of `events`, which cannot be asked of a unique
-- index of theirs: it would have to contain the partition key.
create table event_ids (
  workspace uuid not null,
  id uuid not null,
  received timestamptz not null,
  primary key (workspace, id)
);
-- Rows arrive in the order of `received`, and pruning asks for the oldest: block ranges are enough.
create index event_ids_received on event_ids using brin (received);

-- By the time received, not the time of occurrence: the former is ours and moves forward, so inserts meet one or two
-- partitions and retention drops exactly what is old. The latter is the sender's claim: any year, any order.
create table events (
  workspace uuid not null,
  id uuid not null,
  received timestamptz not null,
  occurred timestamptz not null,
  event text collate "C" not null,
  resource_id text collate "C" not null,
  resource_name text,
  -- The event as JSON text, exactly as it came from Kafka. Not jsonb: that would change numbers and refuse \u0000.
  document text not null
) partition by range (received);
create index events_occurred on events (workspace, occurred, id);
-- Names and ids may be longer than an index entry may (2704 bytes), hence `left`.
create index events_event on events (workspace, left(event, 200), occurred, id);
create index events_resource on events (workspace, left(resource_id, 200), occurred, id);
create index events_id on events (workspace, id);

-- The primary resource (role '') and the related ones of each event, one row each.
create table event_resources (
  workspace uuid not null,
  event_id uuid not null,
  received timestamptz not null,
  occurred timestamptz not null,
  resource_id text collate "C" not null,
  role text collate "C" not null,
  labels jsonb not null
) partition by range (received);
create index event_resources_resource on event_resources (workspace, left(resource_id, 200), occurred);
create index event_resources_event on event_resources (event_id);
create index event_resources_labels on event_resources using gin (labels jsonb_path_ops);

-- `day` is the day in the execution's id (a UUIDv7), so that a request, an outcome and a reader find the partition from
-- the id alone. It is not the day of `received`, which a replay takes over from its original.
create table executions (
  id uuid not null,
  day date not null,
  workspace uuid not null,
  webhook_id uuid not null,
  webhook_version integer not null,
  received timestamptz not null,
  replay_of uuid,
  -- From the request; null while only the outcome is known, which may arrive first.
  method text,
  path text,
  -- Whether the caller waits for the outcome: decides what it is answered.
  awaited boolean,
  request_steps json not null default '[]',
  outcome text not null default 'pending',
  cause text,
  error json,
  events uuid[] not null default '{}',
  outcome_steps json not null default '[]',
  primary key (id, day)
) partition by range (day);
create index executions_received on executions (workspace, received, id);
create index executions_webhook on executions (workspace, webhook_id, received, id);

-- The captured request: its own table, because it is large and kept for a shorter time.
create table execution_requests (
  id uuid not null,
  day date not null,
  query text not null,
  headers json not null,
  remote_address text,
  content_type text,
  body bytea not null,
  primary key (id, day)
) partition by range (day);
-- A compressed body is not compressed again, a JSON body is.
alter table execution_requests alter column body set storage extended;

-- What the text filter searches: name, resource, related and payload, without the keys around them. Postgres cannot read
-- a part of a document that escapes a NUL or half of a surrogate pair: of such a document these are left out.
create function searchable(event text, document text) returns text
  language plpgsql immutable as
$$
declare
  source json := document::json;
begin
  return concat_ws(' ', event, source -> 'resource', source -> 'related', source -> 'payload');
exception when untranslatable_character or invalid_text_representation then
  source := regexp_replace(document, '(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})', '\1', 'gi')::json;
  return concat_ws(' ', event, source -> 'resource', source -> 'related', source -> 'payload');
end
$$;

-- Down Migration

drop function searchable;
drop table execution_requests, executions, event_resources, events, event_ids, positions;
