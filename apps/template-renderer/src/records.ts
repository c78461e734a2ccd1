import { recordHeaders, RESOURCE_ID, topics } from '@tributary/event-schemas';
import type { CapturedRequest, Event, Outcome, OutcomeReply, ReplyAnswer } from '@tributary/event-schemas';
import type { IncomingRecord, OutgoingRecord } from '@tributary/messaging';
import type { WrittenEvent } from './complete-event.ts';

type TraceContext = IncomingRecord['traceContext'];

const SCHEMA_VERSION = { [recordHeaders.schemaVersion]: '1' };

/** The record of an event: ordered by its resource, and a CloudEvent in binary mode to whoever reads it as one. */
export function eventRecord(
  { event, json }: WrittenEvent,
  {
    request,
    version,
    traceContext,
  }: { request: CapturedRequest; version: number; traceContext: TraceContext },
): OutgoingRecord {
  return {
    topic: topics.events.name,
    key: event.resource[RESOURCE_ID]!,
    value: json,
    headers: {
      [recordHeaders.schemaVersion]: '1',
      [recordHeaders.executionId]: request.execution_id,
      [recordHeaders.webhookVersion]: String(version),
      ...replyHeaders(request),
      ...cloudEventHeaders(event, request),
    },
    traceContext,
  };
}

/** The same event on the topic that its webhook names beside ours. */
export function furtherRecord(record: OutgoingRecord, topic: string): OutgoingRecord {
  return { ...record, topic };
}

/** Where a consumer may answer the caller, when one waits for that: in the other modes the renderer's answer is the one. */
function replyHeaders({
  reply_partition: partition,
  response_mode: mode,
}: CapturedRequest): Record<string, string> {
  if (partition === null || mode !== 'sync') return {};
  return {
    [recordHeaders.replyTopic]: topics.replies.name,
    [recordHeaders.replyPartition]: String(partition),
  };
}

/** Kafka protocol binding for CloudEvents 1.0.2, 3.2 (binary content mode). Attributes must not be empty there. */
function cloudEventHeaders(
  event: Event,
  { account, workspace, webhook_id: id }: CapturedRequest,
): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.event === '' ? 'unnamed' : event.event,
    ce_source: `/accounts/${account}/workspaces/${workspace}/webhooks/${id}`,
    ce_subject: event.resource[RESOURCE_ID]!,
    ce_time: event.occurred,
    'content-type': 'application/json',
  };
}

/**
 * The record of an execution's outcome. Outcomes lie as their requests do: by their own key, a transaction would write
 * to every partition of the topic, and each reader would read crumbs.
 */
export function outcomeRecord(
  outcome: Outcome,
  { partitionKey, traceContext }: { partitionKey: Buffer | null; traceContext: TraceContext },
): OutgoingRecord {
  return {
    topic: topics.outcomes.name,
    key: outcome.execution_id,
    partitionKey: partitionKey ?? outcome.execution_id,
    value: JSON.stringify(outcome),
    headers: SCHEMA_VERSION,
    traceContext,
  };
}

/**
 * The outcome, and the answer of the webhook's own, as the ingress is told. Of a duplicate whose answer is not for the
 * renderer to say, whose it is.
 */
export function replyOf(
  { execution_id, outcome, cause, error, duplicate_of, response: answered }: Outcome,
  response: ReplyAnswer | null,
): OutcomeReply {
  return {
    execution_id,
    outcome,
    cause,
    error,
    ...(response === null ? {} : { response }),
    ...(duplicate_of && !answered ? { duplicate_of } : {}),
  };
}

/** The record of a reply to the ingress that waits on `partition`. */
export function replyRecord(
  reply: OutcomeReply,
  partition: number,
  traceContext: TraceContext,
): OutgoingRecord {
  return {
    topic: topics.replies.name,
    key: reply.execution_id,
    value: JSON.stringify(reply),
    headers: SCHEMA_VERSION,
    partition,
    traceContext,
  };
}
