import type { Queryable } from '@tributary/postgres';
import type { ResolvedFilter } from './event-filter.ts';
import { bindTo, eventConditions } from './event-filter-sql.ts';

/** A place in the order of a search: after this event. Microseconds, which a JavaScript Date has not. */
export interface EventCursor {
  occurred: string;
  id: string;
}

/** Events as JSON text, to be spliced into an answer as they are. */
export interface EventPage {
  documents: string[];
  /** Where the next page starts; null on the last. */
  next: EventCursor | null;
}

const MICROSECONDS = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/** One page of the events of a workspace, in the order of their occurrence and, where that is equal, of their ids. */
export async function readEventPage(
  db: Queryable,
  {
    workspace,
    filter,
    limit,
    after,
  }: { workspace: string; filter: ResolvedFilter; limit: number; after?: EventCursor | undefined },
): Promise<EventPage> {
  if (limit === 0) return { documents: [], next: null };
  const values: unknown[] = [];
  const bind = bindTo(values);
  const matching = selectMatching(
    'e.occurred, e.id, e.document',
    eventConditions(workspace, filter, bind),
    filter,
  );
  const beyond = filter.order === 'ASC' ? '>' : '<';
  const place = after
    ? `where (occurred, id) ${beyond} (${bind(after.occurred)}::timestamptz, ${bind(after.id)}::uuid)`
    : '';
  const { rows } = await db.query<EventCursor & { document: string }>(
    `select document, id, to_char(occurred at time zone 'UTC', ${MICROSECONDS}) as occurred
       from (${matching}) matching ${place}
      order by matching.occurred ${filter.order}, matching.id ${filter.order} limit ${bind(limit + 1)}`,
    values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    documents: page.map(({ document }) => document),
    next: rows.length > limit && last ? { occurred: last.occurred, id: last.id } : null,
  };
}

/** How many events of a workspace a filter lets pass. */
export async function countEvents(db: Queryable, workspace: string, filter: ResolvedFilter): Promise<number> {
  const values: unknown[] = [];
  const matching = selectMatching('e.id', eventConditions(workspace, filter, bindTo(values)), filter);
  const { rows } = await db.query<{ total: string }>(
    `select count(*) as total from (${matching}) matching`,
    values,
  );
  return Number(rows[0]!.total);
}

/** An event's JSON text, or undefined when the workspace has none of the id. */
export async function readEvent(db: Queryable, workspace: string, id: string): Promise<string | undefined> {
  const { rows } = await db.query<{ document: string }>(
    `select e.document from event_ids i join events e using (workspace, id, received)
      where i.workspace = $1 and i.id = $2`,
    [workspace, id],
  );
  return rows[0]?.document;
}

/** `distinct` keeps of each resource the event that comes first in the order asked for. */
function selectMatching(columns: string, conditions: string[], { resource, order }: ResolvedFilter): string {
  const where = conditions.join(' and ');
  if (!resource?.distinct) return `select ${columns} from events e where ${where}`;
  return `select distinct on (e.resource_id) ${columns} from events e where ${where}
    order by e.resource_id, e.occurred ${order}, e.id ${order}`;
}
