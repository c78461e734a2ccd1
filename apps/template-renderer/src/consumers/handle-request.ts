import type { Context } from '@opentelemetry/api';
import { decodeContent, isEncoded, parseBody } from '@tributary/body-parsing';
import type { DecodedContent } from '@tributary/body-parsing';
import type { ActiveWebhook, CapturedRequest, Outcome } from '@tributary/event-schemas';
import type { IncomingRecord } from '@tributary/messaging';
import type { Logger } from '@tributary/service-runtime';
import { readCapturedRequest } from '../captured-request.ts';
import type { WrittenEvent } from '../complete-event.ts';
import { endOf } from '../observer.ts';
import type { Observer } from '../observer.ts';
import { renderExecution, unrenderedOutcome } from '../render-execution.ts';
import type { Clock } from '../steps.ts';
import { joinedHeaders } from '../template-context.ts';
import type { Templates } from '../templates.ts';
import type { KnownWebhook, WebhookDirectory } from '../webhook-directory.ts';

/** What became of one record: an outcome with its events, unless it was no request; a dead letter when we are at fault. */
export interface Handled {
  executed?: {
    request: CapturedRequest;
    outcome: Outcome;
    events: WrittenEvent[];
    /** The key of the request's record. */
    partitionKey: Buffer | null;
    traceContext: Context;
  };
  deadLetter?: { record: IncomingRecord; reason: string; error?: unknown };
}

export interface HandleDeps {
  webhooks: Pick<WebhookDirectory, 'find' | 'waitFor'>;
  templates: Templates;
  url: (webhook: Pick<ActiveWebhook, 'id' | 'slug_encrypted'>) => string;
  observer: Observer;
  logger: Logger;
  now: Clock;
}

/** A record whose request is read, on its way to being rendered. */
interface Pending {
  record: IncomingRecord;
  request: CapturedRequest;
}

/**
 * One record of `tributary.requests`. Answers at once where nothing has to be waited for (the usual case), else with a
 * promise; `pause` keeps the partition while it waits, and rejects when the partition is to be given up.
 */
export function handleRequest(
  record: IncomingRecord,
  deps: HandleDeps,
  { pause }: { pause: () => Promise<void> },
): Handled | Promise<Handled> {
  const reading = readCapturedRequest(record);
  if (!reading.ok) return { deadLetter: { record, reason: reading.reason } };
  const pending = { record, request: reading.request };
  const webhook = deps.webhooks.find(reading.request);
  if (!webhook) return waitForWebhook(pending, deps, pause);
  return withWebhook(pending, webhook, deps);
}

async function waitForWebhook(
  pending: Pending,
  deps: HandleDeps,
  pause: () => Promise<void>,
): Promise<Handled> {
  const { webhook_id: webhookId, webhook_version: webhookVersion } = pending.request;
  deps.logger.info(
    { webhookId, webhookVersion },
    'waiting for the configuration that a request was made with',
  );
  const webhook = await deps.webhooks.waitFor(pending.request, pause);
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
  const { record, request } = pending;
  if ('deleted' in webhook) {
    return refuse(pending, deps, {
      cause: 'webhook_deleted',
      version: webhook.version,
      message: 'The webhook was deleted before the request was rendered.',
    });
  }
  const bytes = record.value ?? Buffer.alloc(0);
  const encoding = joinedHeaders(request.headers).get('content-encoding');
  if (!isEncoded(encoding)) return render(pending, webhook, { deps, decoded: { ok: true, bytes } });
  // The limit of the webhook, or what was accepted under an older, larger one.
  const limitBytes = Math.max(webhook.limits.max_body_bytes, bytes.length);
  return decodeContent(bytes, encoding, limitBytes).then(
    (decoded) => render(pending, webhook, { deps, decoded }),
    (error: unknown) => faultOfOurs(pending, deps, { reason: 'content-decoding failed', error }),
  );
}

function render(
  pending: Pending,
  webhook: Exclude<KnownWebhook, { deleted: true }>,
  { deps, decoded }: { deps: HandleDeps; decoded: DecodedContent },
): Handled {
  const { record, request } = pending;
  if (!decoded.ok && decoded.reason !== 'malformed') {
    const tooLarge = decoded.reason === 'too_large';
    return refuse(pending, deps, {
      cause: tooLarge ? 'body_too_large' : 'content_encoding',
      version: webhook.version,
      message: tooLarge
        ? `The body is larger than ${webhook.limits.max_body_bytes} bytes after content-decoding.`
        : 'The content encoding of the body is not known; gzip, deflate and br are.',
    });
  }
  const bytes = decoded.ok ? decoded.bytes : (record.value ?? Buffer.alloc(0));
  const contentType = request.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const span = deps.observer.execution(request, record.traceContext);
  try {
    const execution = renderExecution(
      {
        request,
        body: () => parseBody({ contentType, bytes }),
        ...(decoded.ok
          ? {}
          : { unreadable: 'The body is not what its content encoding says: it cannot be decoded.' }),
      },
      webhook,
      { template: () => deps.templates.compiled(webhook), url: () => deps.url(webhook), now: deps.now },
    );
    span.end(endOf(execution));
    const { outcome, events } = execution;
    return { executed: { request, outcome, events, partitionKey: record.key, traceContext: span.context } };
  } catch (error) {
    span.end({ outcome: 'failed', cause: 'internal', stage: null, events: 0 });
    return faultOfOurs(pending, deps, {
      reason: 'rendering failed unexpectedly',
      error,
      version: webhook.version,
    });
  }
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
  return { executed: { request, outcome, events: [], partitionKey: record.key, traceContext: span.context } };
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
    executed: {
      request,
      outcome,
      events: [],
      partitionKey: record.key,
      traceContext: record.traceContext,
    },
    deadLetter: { record, reason, ...(error === undefined ? {} : { error }) },
  };
}
