import type { ParsedBody } from '@tributary/body-parsing';
import { outcomeStatus } from '@tributary/event-schemas';
import type { CapturedRequest, Outcome, ReplyAnswer } from '@tributary/event-schemas';
import type { Throttle } from '@tributary/templating';
import { withBodyProblem } from './body-problem.ts';
import type { WrittenEvent } from './complete-event.ts';
import { customResponse } from './custom-response.ts';
import type { FirstExecution } from './deduplication.ts';
import { failedEvent } from './failed-event.ts';
import type { Failure } from './failure.ts';
import { interpret } from './interpretation.ts';
import type { Interpretation, Subject, Verdict } from './interpretation.ts';
import type { PreparedWebhook } from './prepared-webhook.ts';
import { replyPartition } from './reply-partition.ts';
import { createStepTimer } from './steps.ts';
import type { Clock, StepTimer } from './steps.ts';
import { templateContext } from './template-context.ts';

export interface RenderDeps extends Pick<Subject, 'firstOf'> {
  /** The webhook's public URL. */
  url: () => string;
  throttle: Throttle;
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
  /** The answer of the webhook's own that its caller gets. */
  response: ReplyAnswer | null;
  /** The deduplication key that this execution holds from now on. A failed one holds none: its caller may try again. */
  key: string | null;
}

/** A captured request and what its body turned out to be. */
export interface ReceivedRequest {
  request: CapturedRequest;
  /** The body as parsed; a function when that is still to do. */
  body: () => ParsedBody;
  /** Why it cannot be interpreted, where that is known before: its body cannot be decoded, a topic is missing. */
  obstacle?: Failure;
}

/**
 * Turns one captured request into its outcome and events. A fault of the user's (a template that fails, a result that is
 * no event) is the outcome `failed` with an event that says so; anything thrown from here is a fault of ours. The same
 * execution rendered again by the same version gives the same ids.
 */
export function renderExecution(
  { request, body: parse, obstacle }: ReceivedRequest,
  webhook: PreparedWebhook,
  { url, throttle, now, firstOf }: RenderDeps,
): Execution {
  const { settings } = webhook;
  const timer = createStepTimer(now, request.steps);
  const body = timer.run('parse', parse);
  const parts = { request, webhook, body, timer };
  if (obstacle !== undefined) {
    const verdict: Verdict = { outcome: 'failed', failure: obstacle };
    return conclude(parts, { verdict, rendered: null, key: null }, null);
  }
  const { id, name, key_headers } = settings;
  const context = templateContext({ request, body, webhook: { id, name, key_headers, url } });
  const subject = { ...parts, context, throttle, firstOf };
  const interpretation = interpret(subject);
  const response = answer(subject, interpretation.verdict);
  if (response === null || response.ok) return conclude(parts, interpretation, response?.value ?? null);
  const { rendered } = interpretation;
  const verdict: Verdict = { outcome: 'failed', failure: { ...response.failure, rendered } };
  return conclude(parts, { verdict, rendered, key: null }, null);
}

/** The webhook's own answer, where a caller waits for one and the outcome is not an error. */
function answer(
  { request, webhook, context, timer, throttle }: Subject,
  verdict: Verdict,
): ReturnType<typeof customResponse> | null {
  if (webhook.responseBody === null || request.response_mode !== 'custom' || request.reply_partition === null)
    return null;
  if (verdict.outcome === 'failed' || verdict.outcome === 'rejected') return null;
  if ('first' in verdict && verdict.first.response !== null)
    return { ok: true, value: verdict.first.response };
  const event = verdict.outcome === 'emitted' ? verdict.events[0] : undefined;
  return timer.run('respond', () => customResponse(webhook, context, { event, throttle }));
}

function conclude(
  { request, webhook, body, timer }: Pick<Subject, 'request' | 'webhook' | 'body' | 'timer'>,
  { verdict, rendered, key }: Interpretation,
  response: ReplyAnswer | null,
): Execution {
  const { settings } = webhook;
  const shared = { request, version: settings.version, timer };
  if (verdict.outcome === 'failed') {
    const failure = explained(verdict.failure, body);
    const written = failedEvent({ request, webhook: settings, body, failure });
    const outcome = outcomeOf({ ...shared, events: [written] }, { outcome: 'failed', error: failure.error });
    return { outcome, events: [written], failure, rendered: failure.rendered, response: null, key: null };
  }
  const events = verdict.outcome === 'emitted' ? verdict.events : [];
  const outcome = outcomeOf(
    { ...shared, events },
    {
      outcome: verdict.outcome,
      cause: 'cause' in verdict ? verdict.cause : null,
      error: 'error' in verdict ? withBodyProblem(verdict.error, body.problem) : null,
      ...('first' in verdict ? { duplicate_of: verdict.first.executionId } : {}),
      ...(response === null ? {} : { status: response.status }),
      ...('first' in verdict && sharesAnswer(request, verdict.first) ? { status: null } : {}),
    },
  );
  return { outcome, events, failure: null, rendered, response, key };
}

/** A body that could not be decoded was not parsed for what it is. */
function explained(failure: Failure, { problem }: ParsedBody): Failure {
  if (failure.stage === 'body') return failure;
  return { ...failure, error: withBodyProblem(failure.error, problem) };
}

/** Whether the caller of a duplicate gets what a consumer answers the first one. */
function sharesAnswer({ response_mode: mode }: CapturedRequest, first: FirstExecution): boolean {
  return mode === 'sync' && first.answeredByConsumer;
}

/** The outcome of a request that was not rendered. */
export function unrenderedOutcome(
  request: CapturedRequest,
  outcome: 'rejected' | 'failed',
  details: { cause: NonNullable<Outcome['cause']>; version: number; message: string; now: Clock },
): Outcome {
  const { cause, version, message, now } = details;
  const timer = createStepTimer(now, request.steps);
  const error = { message, line: null, column: null, pointer: null };
  return outcomeOf({ request, version, timer, events: [] }, { outcome, cause, error });
}

type Ended = Pick<Outcome, 'outcome'> &
  Partial<Pick<Outcome, 'cause' | 'error' | 'duplicate_of'>> & {
    /** Of the webhook's own answer; null: it is for a consumer to say. */ status?: number | null;
  };

function outcomeOf(
  {
    request,
    version,
    timer,
    events,
  }: { request: CapturedRequest; version: number; timer: StepTimer; events: WrittenEvent[] },
  { outcome, cause = null, error = null, status, ...further }: Ended,
): Outcome {
  const isOurs = replyPartition(request, { outcome }) !== null;
  return {
    execution_id: request.execution_id,
    webhook_id: request.webhook_id,
    webhook_version: version,
    account: request.account,
    workspace: request.workspace,
    received: request.received,
    outcome,
    cause,
    error,
    events: events.map(({ event }) => event.id),
    replay_of: request.replay_of,
    ...further,
    ...(isOurs && status !== null ? { response: { status: status ?? outcomeStatus({ outcome }) } } : {}),
    steps: timer.steps,
  };
}
