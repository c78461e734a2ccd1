import { recordHeaders, RESOURCE_ID, topics } from '@tributary/event-schemas';
import type { Event } from '@tributary/event-schemas';
import type { OutgoingRecord } from '@tributary/messaging';

/**
 * The record of an event that a client sent: ordered by its resource, and a CloudEvent to whoever reads it as one (Kafka
 * protocol binding for CloudEvents 1.0.2, section 3.2). An attribute must not be empty there, a name may be here.
 */
export function eventRecord(event: Event, json: string): OutgoingRecord {
  return {
    topic: topics.events.name,
    key: event.resource[RESOURCE_ID]!,
    value: json,
    headers: {
      [recordHeaders.schemaVersion]: '1',
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: event.event === '' ? 'unnamed' : event.event,
      ce_source: `/accounts/${event.account}/workspaces/${event.workspace}`,
      ce_subject: event.resource[RESOURCE_ID]!,
      ce_time: event.occurred,
    },
  };
}
