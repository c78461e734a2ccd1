import { event as eventSchema, RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE } from '@tributary/event-schemas';
import type { Event, Resource } from '@tributary/event-schemas';
import { PoisonRecordError } from './errors.ts';
import { dayOf } from './partitions.ts';
import { storableLabels, storableText } from './storable-text.ts';

/** A row of `events` with the rows of `event_resources` that belong to it, in the columns' names. */
export interface EventRow {
  partition: number;
  workspace: string;
  id: string;
  received: string;
  occurred: string;
  event: string;
  resource_id: string;
  resource_name: string | null;
  document: string;
  resources: { resource_id: string; role: string; labels: Resource }[];
}

/** How far a time that we gave may lie ahead: clocks of our own instances differ by less. */
const FUTURE_MS = 86_400_000;

/** The row of an event as it stands on `tributary.events`. Throws {@link PoisonRecordError} when it is no event. */
export function eventRow(document: string, { partition, now }: { partition: number; now: number }): EventRow {
  const event = parseEvent(document);
  requirePast(event.received, now);
  const { id, workspace, received, resource, related } = event;
  return {
    partition,
    workspace,
    id,
    received,
    // Postgres has no year 0; it is the only one of ours that it cannot hold.
    occurred: event.occurred.startsWith('0000') ? '0001-01-01T00:00:00Z' : event.occurred,
    event: storableText(event.event),
    resource_id: storableText(resource[RESOURCE_ID]!),
    resource_name: resourceName(resource),
    document,
    resources: [resourceRow(resource, ''), ...related.map((item) => resourceRow(item, item[RESOURCE_ROLE]!))],
  };
}

/** The partition's day of a row. */
export function eventDay({ received }: Pick<EventRow, 'received'>): string {
  return received.slice(0, 10);
}

/**
 * A partition is made for any day that is seen: a time far ahead would make one that retention never reaches. Throws
 * {@link PoisonRecordError}.
 */
export function requirePast(received: string, now: number): void {
  if (Date.parse(received) <= now + FUTURE_MS) return;
  throw new PoisonRecordError(`received (${received}) lies after tomorrow (${dayOf(now + FUTURE_MS)})`);
}

function parseEvent(document: string): Event {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch (error) {
    throw new PoisonRecordError('the value is not JSON', { cause: error });
  }
  const result = eventSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new PoisonRecordError(
    `the value is no event: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

function resourceRow(labels: Resource, role: string): EventRow['resources'][number] {
  return {
    resource_id: storableText(labels[RESOURCE_ID]!),
    role: storableText(role),
    labels: storableLabels(labels),
  };
}

/** What counting by resource shows, as Prefect does (`server/events/counting.py`). */
function resourceName(resource: Resource): string | null {
  const name = resource[RESOURCE_NAME] ?? resource['prefect.name'];
  return name === undefined ? null : storableText(name);
}
