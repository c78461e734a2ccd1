import {
  eventLimits,
  receivedEvent,
  RESOURCE_ID,
  RESOURCE_NAME,
  RESOURCE_ROLE,
  validateEvent,
  webhookResourceId,
} from '@tributary/event-schemas';
import type { CapturedRequest, Event, EventFault } from '@tributary/event-schemas';
import { deriveEventId } from './event-id.ts';
import { failureOf } from './failure.ts';
import type { Failure } from './failure.ts';

/** An event and the JSON in which it is written to Kafka. */
export interface WrittenEvent {
  event: Event;
  json: string;
}

/** What completes an event that a template rendered. */
export interface Completion {
  request: Pick<CapturedRequest, 'execution_id' | 'received' | 'account' | 'workspace'>;
  webhook: { id: string; name: string };
  /** The payload of an event without one; made when it is needed. */
  payload: () => Record<string, unknown>;
}

/**
 * Completes what a template rendered to an event: fills in `id`, `occurred` and `payload` where they are missing, appends
 * the webhook to `related`, checks it, and writes it. `index` is its place in the result, `pointer` where that is in
 * the rendered JSON.
 */
export function completeEvent(
  rendered: Record<string, unknown>,
  completion: Completion,
  { index, pointer }: { index: number; pointer: string },
): { ok: true; written: WrittenEvent } | { ok: false; failure: Failure } {
  const { request, webhook, payload } = completion;
  const validation = validateEvent({
    ...rendered,
    id: rendered['id'] === undefined ? deriveEventId(request.execution_id, String(index)) : rendered['id'],
    occurred: rendered['occurred'] === undefined ? request.received : rendered['occurred'],
    payload: rendered['payload'] === undefined ? payload() : rendered['payload'],
    related: withWebhook(rendered['related'], webhook),
  });
  if (!validation.ok) return { ok: false, failure: faultsFailure(validation.faults, pointer) };
  const written = writeEvent(receivedEvent(validation.event, request));
  const bytes = Buffer.byteLength(written.json);
  if (bytes <= eventLimits.bytes) return { ok: true, written };
  const message = `The event has ${bytes} bytes as JSON; the most that is possible is ${eventLimits.bytes}.`;
  return { ok: false, failure: failureOf('size', message, { pointer }) };
}

/** Numbers that were read exactly are written exactly: `JSON.stringify` knows raw JSON. */
export function writeEvent(event: Event): WrittenEvent {
  return { event, json: JSON.stringify(event) };
}

/** What is no list stays as it is, for the validation to name. */
function withWebhook(related: unknown, { id, name }: { id: string; name: string }): unknown {
  const resource = {
    [RESOURCE_ID]: webhookResourceId(id),
    [RESOURCE_NAME]: name,
    [RESOURCE_ROLE]: 'webhook',
  };
  if (related === undefined) return [resource];
  return Array.isArray(related) ? [...(related as unknown[]), resource] : related;
}

function faultsFailure(faults: EventFault[], pointer: string): Failure {
  const sentences = faults.map(({ loc, msg }) => (loc.length === 0 ? msg : `${loc.join('.')}: ${msg}`));
  const first =
    faults[0]?.loc.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`) ?? [];
  return failureOf('event', `The event is not valid: ${sentences.join('; ')}.`, {
    pointer: pointer + first.join(''),
  });
}
