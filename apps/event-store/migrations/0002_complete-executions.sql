-- Up Migration

-- Refused requests, replays, and callers who wait for a consumer's answer.
alter table executions
  -- As what the caller waited, and the partition of `tributary.replies` on which; null when nobody did.
  add column response_mode text,
  add column reply_partition integer,
  -- What the caller was answered, where a record tells.
  add column response_status integer,
  add column duplicate_of uuid,
  -- Refusals like this one that were not recorded since the last that was.
  add column unrecorded integer not null default 0;
update executions set response_mode = case when awaited then 'quiet' else 'receipt' end where method is not null;
alter table executions drop column awaited;

-- False when the body was refused, or broke off, before it was read to its end.
alter table execution_requests add column body_complete boolean not null default true;

-- Answers of consumers, and of the renderer where they are too large to travel in a reply or come in a consumer's place.
-- Of several on the partition that the caller's instance reads, the one of the lowest offset counts.
create table execution_answers (
  id uuid not null,
  day date not null,
  partition integer not null,
  -- `consumer` or `renderer`: which of the two counts depends on the request, and that may arrive later.
  source text not null,
  log_offset bigint not null,
  status integer not null,
  content_type text,
  headers json not null,
  body bytea not null,
  primary key (id, day, partition, source)
) partition by range (day);

-- Bulk replays: a search, and how far its executions have been replayed, in the order in which they were received.
create table replays (
  id uuid primary key,
  account uuid not null,
  workspace uuid not null,
  created timestamptz not null,
  filter json not null,
  per_second integer not null,
  state text not null default 'running',
  total bigint not null,
  replayed bigint not null default 0,
  skipped bigint not null default 0,
  -- The last one that was dealt with.
  after_received timestamptz,
  after_id uuid,
  next_at timestamptz not null default now(),
  finished timestamptz
);
create index replays_workspace on replays (workspace, created, id);
create index replays_due on replays (next_at) where state = 'running';

-- Down Migration

drop table replays, execution_answers;
alter table execution_requests drop column body_complete;
alter table executions add column awaited boolean;
update executions set awaited = response_mode is distinct from 'receipt' where method is not null;
alter table executions
  drop column response_mode, drop column reply_partition, drop column response_status, drop column duplicate_of,
  drop column unrecorded;
