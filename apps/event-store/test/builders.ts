import { randomUUID } from 'node:crypto';
import { normalizeInstant, recordHeaders, topics } from '@tributary/event-schemas';
import type { CapturedRequest, ClientEvent, Outcome, RejectedRequest } from '@tributary/event-schemas';
import type { OutgoingRecord } from '@tributary/messaging';

/** An event as a client sends it; valid unless a field says otherwise. */
export function anyEvent(fields: Partial<ClientEvent> = {}): ClientEvent {
  return {
    id: randomUUID(),
    occurred: new Date().toISOString(),
    event: 'thing.happened',
    resource: { 'prefect.resource.id': 'thing.1' },
    related: [],
    payload: {},
    follows: null,
    ...fields,
  };
}

/** Now, as all answers write it. */
export const nowText = (): string => normalizeInstant(new Date().toISOString())!;

/** A UUIDv7 of an instant. */
export function executionId(at = Date.now()): string {
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

interface Owner {
  account: string;
  workspace: string;
}

export function anyRequest(
  { account, workspace }: Owner,
  fields: Partial<CapturedRequest> = {},
): CapturedRequest {
  return {
    execution_id: executionId(),
    webhook_id: randomUUID(),
    webhook_version: 1,
    account,
    workspace,
    method: 'POST',
    path: 'a/b',
    query: 'x=1',
    headers: [['content-type', 'text/plain; charset=latin1']],
    remote_address: '192.0.2.1',
    received: nowText(),
    reply_partition: 0,
    response_mode: 'quiet',
    replay_of: null,
    steps: [{ name: 'verify', started: nowText(), duration_ms: 0.4 }],
    ...fields,
  };
}

/** The outcome of a request: an event came of it, unless a field says otherwise. */
export function outcomeOf(request: CapturedRequest, fields: Partial<Outcome> = {}): Outcome {
  const { execution_id, webhook_id, webhook_version, account, workspace, received, replay_of } = request;
  return {
    execution_id,
    webhook_id,
    webhook_version,
    account,
    workspace,
    received,
    replay_of,
    outcome: 'emitted',
    cause: null,
    error: null,
    events: [randomUUID()],
    steps: [{ name: 'render', started: received, duration_ms: 1.5 }],
    ...fields,
  };
}

const headers = { [recordHeaders.schemaVersion]: '1' };

/** A record of `tributary.events`, as the renderer writes it. */
export function eventRecordOf(
  event: ClientEvent,
  { account, workspace, received = new Date().toISOString() }: Owner & { received?: string },
): OutgoingRecord {
  return {
    topic: topics.events.name,
    key: event.resource['prefect.resource.id']!,
    value: JSON.stringify({ ...event, account, workspace, received }),
    headers,
  };
}

export function requestRecordOf(request: CapturedRequest, body: Buffer): OutgoingRecord {
  return {
    topic: topics.requests.name,
    key: request.webhook_id,
    value: body,
    headers: { ...headers, [recordHeaders.request]: JSON.stringify(request) },
  };
}

export function outcomeRecordOf(outcome: Outcome): OutgoingRecord {
  return { topic: topics.outcomes.name, key: outcome.execution_id, value: JSON.stringify(outcome), headers };
}

/** A record of `tributary.rejected`: the request as refused for `fields.cause`. */
export function rejectedRecordOf(
  request: CapturedRequest,
  fields: Partial<RejectedRequest> & Pick<RejectedRequest, 'cause'>,
  body: Buffer,
): OutgoingRecord {
  const rejected = { ...request, reply_partition: null, ...fields };
  return {
    topic: topics.rejected.name,
    key: request.webhook_id,
    value: body,
    headers: { ...headers, [recordHeaders.request]: JSON.stringify(rejected) },
  };
}

/** A record of `tributary.replies`, as a consumer or the renderer writes it. */
export function replyRecordOf(id: string, partition: number, value: object): OutgoingRecord {
  return { topic: topics.replies.name, key: id, partition, value: JSON.stringify(value), headers };
}
