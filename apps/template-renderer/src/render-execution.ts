import type { ParsedBody } from '@tributary/body-parsing';
import type { ActiveWebhook, CapturedRequest, Outcome } from '@tributary/event-schemas';
import { TemplateError } from '@tributary/templating';
import type { Template, Value } from '@tributary/templating';
import { completeEvent } from './complete-event.ts';
import type { Completion, WrittenEvent } from './complete-event.ts';
import { failedEvent } from './failed-event.ts';
import { failureOf } from './failure.ts';
import type { Failure } from './failure.ts';
import { readRenderedEvents } from './rendered-events.ts';
import { createStepTimer } from './steps.ts';
import type { Clock, StepTimer } from './steps.ts';
import { storedHeaders } from './stored-headers.ts';
import { templateContext } from './template-context.ts';

/**
 * Characters that the events of one execution may have together: a hundred events with the body as default payload would
 * make a hundred bodies of one.
 */
const MAX_LENGTH = 8_388_608;

/** The parts of a webhook that rendering needs. */
export type RenderedWebhook = Pick<ActiveWebhook, 'id' | 'name' | 'version'>;

export interface RenderDeps {
  /** The webhook's compiled template. Throws a `TemplateError` when it does not compile. */
  template: () => Template;
  /** The webhook's public URL. */
  url: () => string;
  now: Clock;
}

/** How an execution ended, and the events it made. */
export interface Execution {
  outcome: Outcome;
  events: WrittenEvent[];
  /** Present when the outcome is `failed`; `events` is then the failed event alone. */
  failure: Failure | null;
  /** What the template rendered, if it did. */
  rendered: string | null;
}

/** A captured request and what its body turned out to be. */
export interface ReceivedRequest {
  request: CapturedRequest;
  /** The body as parsed; a function when that is still to do. */
  body: () => ParsedBody;
  /** Why the body cannot be read, when it cannot (content-decoding failed). */
  unreadable?: string;
}

/**
 * Turns one captured request into its outcome and events. A fault of the user's (a template that fails, a result that is
 * no event) is the outcome `failed` with an event that says so; anything thrown from here is a fault of ours. The same
 * execution rendered again by the same version gives the same ids.
 */
export function renderExecution(
  { request, body: parse, unreadable }: ReceivedRequest,
  webhook: RenderedWebhook,
  { template, url, now }: RenderDeps,
): Execution {
  const timer = createStepTimer(now, request.steps);
  const body = timer.run('parse', parse);
  const fail = (failure: Failure): Execution => {
    const written = failedEvent({ request, webhook, body, failure });
    const outcome = outcomeOf({ request, webhook, timer, events: [written] }, 'failed', {
      error: failure.error,
    });
    return { outcome, events: [written], failure, rendered: failure.rendered };
  };
  if (unreadable !== undefined) return fail(failureOf('body', unreadable));

  const context = templateContext({ request, body, webhook: { id: webhook.id, name: webhook.name, url } });
  const result = timer.run('render', () => renderText(template, context));
  if (!result.ok) return fail(result.failure);
  const { rendered } = result;

  const completed = timer.run('validate', () =>
    completeEvents(rendered, { request, webhook, payload: () => defaultPayload(request, body) }),
  );
  if (!completed.ok) return fail({ ...completed.failure, rendered });
  const { events } = completed;
  const parts = { request, webhook, timer, events };
  const outcome =
    events.length === 0 ? outcomeOf(parts, 'ignored', { cause: 'empty' }) : outcomeOf(parts, 'emitted', {});
  return { outcome, events, failure: null, rendered };
}

/** The outcome of a request that was not rendered. */
export function unrenderedOutcome(
  request: CapturedRequest,
  name: 'rejected' | 'failed',
  details: { cause: NonNullable<Outcome['cause']>; version: number; message: string; now: Clock },
): Outcome {
  const { cause, version, message, now } = details;
  const timer = createStepTimer(now, request.steps);
  const error = { message, line: null, column: null, pointer: null };
  return outcomeOf({ request, webhook: { version }, timer, events: [] }, name, { cause, error });
}

function renderText(
  template: () => Template,
  context: ReadonlyMap<string, Value>,
): { ok: true; rendered: string } | { ok: false; failure: Failure } {
  try {
    return { ok: true, rendered: template().render(context) };
  } catch (error) {
    // The engine wraps what it did not foresee, a defect of its own or of ours, and keeps that as the cause.
    if (!(error instanceof TemplateError)) throw error;
    if (error.cause !== undefined) throw error.cause;
    const { name, message, line, column } = error;
    // Both are 0 where the engine does not know the place.
    const place = line > 0 ? { line, column } : {};
    return { ok: false, failure: failureOf('template', `${name}: ${message}`, place) };
  }
}

/** All events of a rendered text, or the first reason why there are none. */
function completeEvents(
  rendered: string,
  completion: Completion,
): { ok: true; events: WrittenEvent[] } | { ok: false; failure: Failure } {
  const read = readRenderedEvents(rendered);
  if (!read.ok) return { ok: false, failure: failureOf('result', read.message, { pointer: read.pointer }) };
  const events: WrittenEvent[] = [];
  let length = 0;
  for (const [index, event] of read.events.entries()) {
    const result = completeEvent(event, completion, { index, pointer: read.list ? `/${index}` : '' });
    if (!result.ok) return result;
    events.push(result.written);
    length += result.written.json.length;
    if (length > MAX_LENGTH) {
      const message = `The events of one request may have ${MAX_LENGTH} characters together as JSON; these have more.`;
      return { ok: false, failure: failureOf('size', message, { pointer: `/${index}` }) };
    }
  }
  return { ok: true, events };
}

/** What an event says of its request when its template says nothing: Prefect's debugging information. */
function defaultPayload({ method, headers }: CapturedRequest, body: ParsedBody): Record<string, unknown> {
  return {
    method,
    headers: storedHeaders(headers),
    body: body.text,
    ...(body.encoding === null ? {} : { body_encoding: body.encoding }),
  };
}

function outcomeOf(
  {
    request,
    webhook,
    timer,
    events,
  }: { request: CapturedRequest; webhook: { version: number }; timer: StepTimer; events: WrittenEvent[] },
  outcome: Outcome['outcome'],
  { cause = null, error = null }: Partial<Pick<Outcome, 'cause' | 'error'>>,
): Outcome {
  return {
    execution_id: request.execution_id,
    webhook_id: request.webhook_id,
    webhook_version: webhook.version,
    account: request.account,
    workspace: request.workspace,
    received: request.received,
    outcome,
    cause,
    error,
    events: events.map(({ event }) => event.id),
    replay_of: request.replay_of,
    steps: timer.steps,
  };
}
