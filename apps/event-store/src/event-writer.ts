import { IS_MOVED, MOVED, placeParameters } from '@tributary/postgres';
import type { Queryable } from '@tributary/postgres';
import type { RowBatch } from './consumers/topic-store.ts';
import type { EventRow } from './event-row.ts';

/**
 * One parameter holds the whole batch: a statement takes 65,535 of them, and a batch of events with a hundred related
 * resources each would need more. Ids are inserted in order, so that two instances with the same ids do not deadlock.
 */
const STORE_EVENTS = `
  with ${MOVED}, batch as (
    select item.* from json_to_recordset($1::json) as item (
      partition integer, workspace uuid, id uuid, received timestamptz, occurred timestamptz, event text, resource_id text,
      resource_name text, document text, resources json)
      where ${IS_MOVED}
  ), fresh as (
    insert into event_ids (workspace, id, received)
    select workspace, id, received from batch order by workspace, id
    on conflict do nothing
    returning workspace, id
  ), stored as (
    insert into events (workspace, id, received, occurred, event, resource_id, resource_name, document)
    select workspace, id, received, occurred, event, resource_id, resource_name, document
      from batch join fresh using (workspace, id)
  ), resources as (
    insert into event_resources (workspace, event_id, received, occurred, resource_id, role, labels)
    select workspace, id, received, occurred, resource.resource_id, resource.role, resource.labels
      from batch join fresh using (workspace, id),
           json_to_recordset(resources) as resource (resource_id text, role text, labels jsonb)
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
  const result = await client.query<{ moved: number[]; stored: number }>(
    STORE_EVENTS,
    [JSON.stringify([...first.values()]), ...placeParameters(topic, places)],
    { name: 'store-events' },
  );
  return result.rows[0]!;
}
