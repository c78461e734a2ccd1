import { IS_MOVED, MOVED, PLACE_PARAMETERS, placeParameters, recordset } from '@tributary/postgres';
import type { Queryable } from '@tributary/postgres';
import type { RowBatch } from './consumers/topic-store.ts';
import type { EventRow } from './event-row.ts';

const EVENTS = recordset(
  {
    partition: 'integer',
    workspace: 'uuid',
    id: 'uuid',
    received: 'timestamptz',
    occurred: 'timestamptz',
    event: 'text',
    resource_id: 'text',
    resource_name: 'text',
    document: 'text',
  },
  { first: PLACE_PARAMETERS + 1 },
);

const RESOURCES = recordset(
  {
    workspace: 'uuid',
    event_id: 'uuid',
    received: 'timestamptz',
    occurred: 'timestamptz',
    resource_id: 'text',
    role: 'text',
    labels: 'jsonb',
  },
  { first: PLACE_PARAMETERS + EVENTS.width + 1 },
);

/**
 * Ids are inserted in order, so that two instances with the same ids do not deadlock. Of the `coalesce`: as of that of
 * {@link IS_MOVED}.
 */
const STORE_EVENTS = `
  with ${MOVED}, batch as (
    select * from ${EVENTS.item} where ${IS_MOVED}
  ), fresh as (
    insert into event_ids (workspace, id, received)
    select workspace, id, received from batch order by workspace, id
    on conflict do nothing
    returning workspace, id
  ), stored as (
    insert into events (workspace, id, received, occurred, event, resource_id, resource_name, document)
    select workspace, id, received, occurred, event, resource_id, resource_name, document
      from batch where coalesce((workspace, id) in (select workspace, id from fresh), false)
  ), resources as (
    insert into event_resources (workspace, event_id, received, occurred, resource_id, role, labels)
    select workspace, event_id, received, occurred, resource_id, role, labels
      from ${RESOURCES.item} where coalesce((workspace, event_id) in (select workspace, id from fresh), false)
  )
  select (select coalesce(array_agg(partition), '{}') from moved) as moved,
         (select count(*)::int from fresh) as stored`;

/**
 * Stores events with their resources, of those partitions whose positions move; of an id that the workspace has already,
 * and of one that comes twice, the first counts. Resolves to these partitions, and to how many events were new. The
 * partitions of their days must exist.
 */
export async function writeEvents(
  client: Queryable,
  { topic, places, rows }: RowBatch<EventRow>,
): Promise<{ moved: number[]; stored: number }> {
  const first = new Map<string, EventRow>();
  for (const row of rows) {
    const key = `${row.workspace} ${row.id}`;
    if (!first.has(key)) first.set(key, row);
  }
  const events = [...first.values()];
  const resources = events.flatMap(({ workspace, id: event_id, received, occurred, resources }) =>
    resources.map((resource) => ({ workspace, event_id, received, occurred, ...resource })),
  );
  const result = await client.query<{ moved: number[]; stored: number }>(
    STORE_EVENTS,
    [...placeParameters(topic, places), ...EVENTS.parameters(events), ...RESOURCES.parameters(resources)],
    { name: 'store-events' },
  );
  return result.rows[0]!;
}
