import type { ParsedBody } from '@tributary/body-parsing';
import type { CapturedRequest, ExecutionError } from '@tributary/event-schemas';
import type { Throttle } from '@tributary/templating';
import type { WrittenEvent } from './complete-event.ts';
import { completeEvents } from './complete-events.ts';
import type { FirstExecution } from './deduplication.ts';
import type { Failure } from './failure.ts';
import type { PreparedWebhook } from './prepared-webhook.ts';
import type { StepTimer } from './steps.ts';
import { storedHeaders } from './stored-headers.ts';
import { runUserCode } from './user-code.ts';
import type { Context, Piece, Result, UserCode } from './user-code.ts';

/** What a request came to. */
export type Verdict =
  | { outcome: 'emitted'; events: WrittenEvent[] }
  | { outcome: 'ignored'; cause: 'filter' | 'empty' }
  | { outcome: 'ignored'; cause: 'duplicate'; first: FirstExecution }
  | { outcome: 'rejected'; cause: 'schema'; error: ExecutionError }
  | { outcome: 'failed'; failure: Failure };

export interface Interpretation {
  verdict: Verdict;
  /** What the template rendered, if it did. */
  rendered: string | null;
  /** What the request is deduplicated by; null when it is not. */
  key: string | null;
}

/** A request to be interpreted, and with what. */
export interface Subject {
  request: CapturedRequest;
  body: ParsedBody;
  webhook: PreparedWebhook;
  context: Context;
  timer: StepTimer;
  throttle: Throttle;
  /** The execution that a deduplication key was first seen in, if it was. Absent: nothing is deduplicated. */
  firstOf?: ((key: string) => FirstExecution | undefined) | undefined;
}

/**
 * Filter, schema, deduplication, routes and template, in this order; the first that ends it does. What the filter ignores
 * needs no form, and takes no key.
 */
export function interpret(subject: Subject): Interpretation {
  const ended = (verdict: Verdict): Interpretation => ({ verdict, rendered: null, key: null });
  const refused = checkFilter(subject) ?? checkSchema(subject);
  if (refused) return ended(refused);
  const key = keyOf(subject);
  if (!key.ok) return ended(failed(key.failure));
  const first = key.value === null ? undefined : subject.firstOf?.(key.value);
  if (first) return ended({ outcome: 'ignored', cause: 'duplicate', first });
  const rendered = render(subject);
  if (!rendered.ok) return ended(failed(rendered.failure));
  return { ...complete(subject, rendered.value), key: key.value };
}

const failed = (failure: Failure): Verdict => ({ outcome: 'failed', failure });

function run<T>(
  { webhook, throttle }: Subject,
  { stage, pointer }: Pick<Piece, 'stage' | 'pointer'>,
  work: () => T,
): Result<T> {
  return runUserCode(throttle, { webhookId: webhook.settings.id, stage, pointer }, work);
}

function checkFilter(subject: Subject): Verdict | undefined {
  const { webhook, context, timer } = subject;
  const { filter } = webhook;
  if (filter === null) return undefined;
  const passes = timer.run('filter', () =>
    run(subject, { stage: 'filter', pointer: '/filter' }, () => filter(context)),
  );
  if (!passes.ok) return failed(passes.failure);
  return passes.value ? undefined : { outcome: 'ignored', cause: 'filter' };
}

function checkSchema(subject: Subject): Verdict | undefined {
  const { webhook, body, timer } = subject;
  const { schema } = webhook;
  if (schema === null) return undefined;
  const fault = timer.run('schema', () =>
    run(subject, { stage: 'schema', pointer: '/schema' }, () => schema(body)),
  );
  if (!fault.ok) return failed(fault.failure);
  if (fault.value === undefined) return undefined;
  const error = { ...fault.value, line: null, column: null };
  return { outcome: 'rejected', cause: 'schema', error };
}

/** A replay is no new call, and is not deduplicated. */
function keyOf(subject: Subject): Result<string | null> {
  const { request, webhook, context, timer, firstOf } = subject;
  const { deduplication } = webhook;
  if (deduplication === null || firstOf === undefined || request.replay_of !== null)
    return { ok: true, value: null };
  return timer.run('deduplicate', () =>
    run(subject, { stage: 'deduplication', pointer: '/deduplication/key' }, () => deduplication.key(context)),
  );
}

/** The template of the first route whose condition holds, else the webhook's own; rendered. */
function render(subject: Subject): Result<string> {
  const { webhook, context, timer } = subject;
  for (const [index, { when, template }] of webhook.routes.entries()) {
    const pointer = `/routes/${index}/when`;
    const holds = timer.run(`route ${index}`, () =>
      run(subject, { stage: 'route', pointer }, () => when(context)),
    );
    if (!holds.ok) return holds;
    if (holds.value) return renderText(subject, template, `/routes/${index}/template`);
  }
  return renderText(subject, webhook.template, null);
}

function renderText(subject: Subject, template: UserCode<string>, pointer: string | null): Result<string> {
  return subject.timer.run('render', () =>
    run(subject, { stage: 'template', pointer }, () => template(subject.context)),
  );
}

function complete(
  { request, webhook, body, timer }: Subject,
  rendered: string,
): Pick<Interpretation, 'verdict' | 'rendered'> {
  const { settings } = webhook;
  const payload = () => defaultPayload(request, body, settings);
  const completed = timer.run('validate', () =>
    completeEvents(rendered, { request, webhook: settings, payload }),
  );
  if (!completed.ok) return { verdict: failed({ ...completed.failure, rendered }), rendered };
  const events = completed.value;
  if (events.length === 0) return { verdict: { outcome: 'ignored', cause: 'empty' }, rendered };
  return { verdict: { outcome: 'emitted', events }, rendered };
}

/** What an event says of its request when its template says nothing: Prefect's debugging information. */
function defaultPayload(
  { method, headers }: CapturedRequest,
  body: ParsedBody,
  secrets: PreparedWebhook['settings'],
): Record<string, unknown> {
  return {
    method,
    headers: storedHeaders(headers, secrets),
    body: body.text,
    ...(body.encoding === null ? {} : { body_encoding: body.encoding }),
  };
}
