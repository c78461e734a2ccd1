import { eventLimits, normalizeInstant, receivedEvent, validateEvents } from '@tributary/event-schemas';
import type { EventFault } from '@tributary/event-schemas';
import { MessagingError } from '@tributary/messaging';
import type { OutgoingRecord, RecordPosition } from '@tributary/messaging';
import { eventRecord } from './event-record.ts';

/** Writes a record to Kafka; resolves when every in-sync replica has it. */
export type Publish = (record: OutgoingRecord) => Promise<RecordPosition>;

export type Acceptance =
  | { outcome: 'accepted'; events: number }
  /** The list holds an event that is none: nothing of it was taken. */
  | { outcome: 'invalid'; faults: EventFault[] }
  /** The event at `index` is too large: nothing was taken. */
  | { outcome: 'too_large'; index: number; bytes: number }
  /** Kafka does not take them. Some may have been taken: the same list, sent again, is stored once. */
  | { outcome: 'unavailable'; cause: MessagingError };

/** Takes a list of events of a workspace, all or none, and returns when Kafka has them safely. */
export async function acceptEvents(
  input: unknown,
  { account, workspace, now, publish }: { account: string; workspace: string; now: number; publish: Publish },
): Promise<Acceptance> {
  const validation = validateEvents(input);
  if (!validation.ok) return { outcome: 'invalid', faults: validation.faults };
  const received = normalizeInstant(new Date(now).toISOString())!;
  const records: OutgoingRecord[] = [];
  for (const [index, clientEvent] of validation.events.entries()) {
    const event = receivedEvent(clientEvent, { received, account, workspace });
    const json = JSON.stringify(event);
    const bytes = Buffer.byteLength(json);
    if (bytes > eventLimits.bytes) return { outcome: 'too_large', index, bytes };
    records.push(eventRecord(event, json));
  }
  // All are handed over before any is awaited: they leave in one batch.
  const results = await Promise.allSettled(records.map((record) => publish(record)));
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof MessagingError) || !isOutage(result.reason)) throw result.reason;
    return { outcome: 'unavailable', cause: result.reason };
  }
  return { outcome: 'accepted', events: records.length };
}

/** A missing topic or a stopping publisher is for the client the same as a broker that is away. */
export function isOutage({ code, retryable }: MessagingError): boolean {
  return retryable || code === 'unknown_topic' || code === 'closed';
}
