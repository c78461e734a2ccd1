import type { Context } from '@opentelemetry/api';
import { decodeContent, isEncoded, parseBody } from '@tributary/body-parsing';
import type { DecodedContent } from '@tributary/body-parsing';
import type { CapturedRequest, Outcome, ReplyAnswer } from '@tributary/event-schemas';
import type { IncomingRecord } from '@tributary/messaging';
import type { Logger } from '@tributary/service-runtime';
import type { Throttle } from '@tributary/templating';
import { readCapturedRequest } from '../captured-request.ts';
import type { WrittenEvent } from '../complete-event.ts';
import type { DeduplicationBatch } from '../deduplication.ts';
import { failureOf } from '../failure.ts';
import type { Failure } from '../failure.ts';
import type { FurtherTopics } from '../further-topics.ts';
import { endOf } from '../observer.ts';
import type { Observer } from '../observer.ts';
import type { PreparedWebhooks } from '../prepared-webhook.ts';
import { replyOf } from '../records.ts';
import { isAnsweredByConsumer } from '../reply-partition.ts';
import { renderExecution, unrenderedOutcome } from '../render-execution.ts';
import type { Execution } from '../render-execution.ts';
import type { Clock } from '../steps.ts';
import { joinedHeaders } from '../template-context.ts';
import type { KnownWebhook, RenderedWebhook, WebhookDirectory } from '../webhook-directory.ts';

/** What became of one record: an outcome with its events, unless it was no request; a dead letter when we are at fault. */
export interface Handled {
  executed?: {
    request: CapturedRequest;
    outcome: Outcome;
    events: WrittenEvent[];
    /** A further topic for the events. */
    topic: string | null;
    /** The answer of the webhook's own. */
    response: ReplyAnswer | null;
    /** The key of the request's record. */
    partitionKey: Buffer | null;
    traceContext: Context;
  };
  deadLetter?: { record: IncomingRecord; reason: string; error?: unknown };
}

export interface HandleDeps {
  webhooks: Pick<WebhookDirectory, 'find' | 'waitFor'>;
  prepared: PreparedWebhooks;
  furtherTopics: FurtherTopics;
  throttle: Throttle;
  url: (webhook: Pick<RenderedWebhook, 'id' | 'slug_encrypted'>) => string;
  observer: Observer;
  logger: Logger;
  now: Clock;
}

/** What the requests of one batch share. */
export interface BatchScope {
  /** Keeps the partition while something is waited for, and rejects when the partition is to be given up. */
  pause: () => Promise<void>;
  /** Absent where nothing is deduplicated: a replay is no new call. */
  deduplication?: DeduplicationBatch | undefined;
}

/** A record whose request is read, on its way to being rendered. */
interface Pending {
  record: IncomingRecord;
  request: CapturedRequest;
  scope: BatchScope;
}

/**
 * One record of `tributary.requests` or `tributary.replays`. Answers at once where nothing has to be waited for (the usual
 * case), else with a promise.
 */
export function handleRequest(
  record: IncomingRecord,
  deps: HandleDeps,
  scope: BatchScope,
): Handled | Promise<Handled> {
  const reading = readCapturedRequest(record);
  if (!reading.ok) return { deadLetter: { record, reason: reading.reason } };
  const pending = { record, request: reading.request, scope };
  const webhook = deps.webhooks.find(reading.request);
  if (!webhook) return waitForWebhook(pending, deps);
  return withWebhook(pending, webhook, deps);
}

async function waitForWebhook(pending: Pending, deps: HandleDeps): Promise<Handled> {
  const { webhook_id: webhookId, webhook_version: webhookVersion } = pending.request;
  deps.logger.info(
    { webhookId, webhookVersion },
    'waiting for the configuration that a request was made with',
  );
  const webhook = await deps.webhooks.waitFor(pending.request, pending.scope.pause);
  if (webhook) {
    deps.logger.info(
      { webhookId, webhookVersion, knownVersion: webhook.version },
      'waited for a configuration',
    );
    return withWebhook(pending, webhook, deps);
  }
  return faultOfOurs(pending, deps, { reason: `there is no webhook ${webhookId} on tributary.webhooks` });
}

function withWebhook(pending: Pending, webhook: KnownWebhook, deps: HandleDeps): Handled | Promise<Handled> {
  if ('deleted' in webhook) {
    return refuse(pending, deps, {
      cause: 'webhook_deleted',
      version: webhook.version,
      message: 'The webhook was deleted before the request was rendered.',
    });
  }
  const isThere = webhook.topic === null || deps.furtherTopics.has(webhook.topic);
  if (isThere === true) return withBody(pending, webhook, deps);
  if (isThere === false) return withoutTopic(pending, webhook, deps);
  return isThere.then((found) => (found ? withBody : withoutTopic)(pending, webhook, deps));
}

function withoutTopic(pending: Pending, webhook: RenderedWebhook, deps: HandleDeps): Handled {
  const message = `/topic: The topic ${webhook.topic} does not exist; saving the webhook makes it again.`;
  const obstacle = failureOf('topic', message, { pointer: '/topic' });
  return render(pending, { ...webhook, topic: null }, { deps, bytes: bytesOf(pending), obstacle });
}

function withBody(pending: Pending, webhook: RenderedWebhook, deps: HandleDeps): Handled | Promise<Handled> {
  const bytes = bytesOf(pending);
  const encoding = joinedHeaders(pending.request.headers).get('content-encoding');
  if (!isEncoded(encoding)) return render(pending, webhook, { deps, bytes });
  // The limit of the webhook, or what was accepted under an older, larger one.
  const limitBytes = Math.max(webhook.limits.max_body_bytes, bytes.length);
  return decodeContent(bytes, encoding, limitBytes).then(
    (decoded) => withDecoded(pending, webhook, { deps, decoded }),
    (error: unknown) => faultOfOurs(pending, deps, { reason: 'content-decoding failed', error }),
  );
}

const bytesOf = ({ record }: Pending): Buffer => record.value ?? Buffer.alloc(0);

function withDecoded(
  pending: Pending,
  webhook: RenderedWebhook,
  { deps, decoded }: { deps: HandleDeps; decoded: DecodedContent },
): Handled {
  if (decoded.ok) return render(pending, webhook, { deps, bytes: decoded.bytes });
  if (decoded.reason === 'malformed') {
    const message = 'The body is not what its content encoding says: it cannot be decoded.';
    return render(pending, webhook, { deps, bytes: bytesOf(pending), obstacle: failureOf('body', message) });
  }
  const tooLarge = decoded.reason === 'too_large';
  return refuse(pending, deps, {
    cause: tooLarge ? 'body_too_large' : 'content_encoding',
    version: webhook.version,
    message: tooLarge
      ? `The body is larger than ${webhook.limits.max_body_bytes} bytes after content-decoding.`
      : 'The content encoding of the body is not known; gzip, deflate and br are.',
  });
}

function render(
  pending: Pending,
  webhook: RenderedWebhook,
  { deps, bytes, obstacle }: { deps: HandleDeps; bytes: Buffer; obstacle?: Failure },
): Handled {
  const { record, request, scope } = pending;
  const contentType = request.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const span = deps.observer.execution(request, record.traceContext);
  const { deduplication } = scope;
  const receivedMs = webhook.deduplication === null ? 0 : Date.parse(request.received);
  try {
    const execution = renderExecution(
      {
        request,
        body: () => parseBody({ contentType, bytes, parseXml: webhook.parse_xml }),
        ...(obstacle === undefined ? {} : { obstacle }),
      },
      deps.prepared.get(webhook),
      {
        url: () => deps.url(webhook),
        throttle: deps.throttle,
        now: deps.now,
        firstOf: deduplication && ((key) => deduplication.firstOf(webhook.id, key, receivedMs)),
      },
    );
    claim(execution, { request, webhook, deduplication, receivedMs });
    span.end(endOf(execution));
    const { outcome, events, response } = execution;
    const { topic } = webhook;
    const { key: partitionKey } = record;
    return {
      executed: { request, outcome, events, topic, response, partitionKey, traceContext: span.context },
    };
  } catch (error) {
    span.end({ outcome: 'failed', cause: 'internal', stage: null, events: 0 });
    return faultOfOurs(pending, deps, {
      reason: 'rendering failed unexpectedly',
      error,
      version: webhook.version,
    });
  }
}

/** The execution is the first of its key. */
function claim(
  { key, outcome, response }: Execution,
  {
    request,
    webhook,
    deduplication,
    receivedMs,
  }: Pick<Pending, 'request'> & {
    webhook: RenderedWebhook;
    deduplication: DeduplicationBatch | undefined;
    receivedMs: number;
  },
): void {
  if (key === null || deduplication === undefined || webhook.deduplication === null) return;
  deduplication.claim({
    webhookId: webhook.id,
    key,
    executionId: outcome.execution_id,
    receivedMs,
    windowMs: webhook.deduplication.window_seconds * 1_000,
    reply: replyOf(outcome, response),
    answeredByConsumer: isAnsweredByConsumer(request, outcome),
  });
}

/** An outcome without an event: nothing was interpreted. */
function refuse(
  { record, request }: Pending,
  { now, observer }: HandleDeps,
  details: { cause: NonNullable<Outcome['cause']>; version: number; message: string },
): Handled {
  const span = observer.execution(request, record.traceContext);
  span.end({ outcome: 'rejected', cause: details.cause, stage: null, events: 0 });
  const outcome = unrenderedOutcome(request, 'rejected', { ...details, now });
  return { executed: eventless(request, outcome, { record, traceContext: span.context }) };
}

/** The request goes to the dead letters with the reason, and its caller and its execution learn that it failed. */
function faultOfOurs(
  { record, request }: Pending,
  { now, logger }: HandleDeps,
  { reason, error, version = request.webhook_version }: { reason: string; error?: unknown; version?: number },
): Handled {
  logger.error(
    { executionId: request.execution_id, webhookId: request.webhook_id, reason, error },
    'dead letter',
  );
  const outcome = unrenderedOutcome(request, 'failed', {
    cause: 'internal',
    version,
    message:
      'The request could not be processed, through no fault of the caller or the template. It was kept.',
    now,
  });
  return {
    executed: eventless(request, outcome, { record, traceContext: record.traceContext }),
    deadLetter: { record, reason, ...(error === undefined ? {} : { error }) },
  };
}

function eventless(
  request: CapturedRequest,
  outcome: Outcome,
  { record, traceContext }: { record: IncomingRecord; traceContext: Context },
): NonNullable<Handled['executed']> {
  const nothing = { events: [], topic: null, response: null };
  return { request, outcome, ...nothing, partitionKey: record.key, traceContext };
}
