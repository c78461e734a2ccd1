import type { IncomingMessage } from 'node:http';
import { metrics, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import type { Logger } from '@tributary/service-runtime';

/** The URL of a call as it may be seen: a slug is a secret. */
const ROUTE = '/hooks/{slug}';
const NAME = '@tributary/ingress';
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Refusals that are logged each second; of the others only the number is. */
const REFUSALS_PER_SECOND = 5;

/** How a call ended. */
export interface CallEnd {
  executionId: string;
  webhookId: string | undefined;
  /** 499 when the caller went away before an answer. */
  status: number;
  refused: string | undefined;
  bytes: number;
}

/** A call being observed: `context` carries its span on to the record. */
export interface ObservedCall {
  context: Context;
  end(end: CallEnd): void;
}

/** Numbers that are read when they are asked for. */
export interface Gauges {
  inFlightCalls: () => number;
  inFlightBytes: () => number;
  waiters: () => number;
  webhooks: () => number;
  /** Refusals that were not recorded. */
  unrecorded: () => number;
}

/** One span, one duration and at most one log line per call. None of them holds the slug, the path or the query. */
export function createCallObserver(logger: Logger): {
  start(request: IncomingMessage): ObservedCall;
  watch(gauges: Gauges): void;
} {
  const tracer = trace.getTracer(NAME);
  const meter = metrics.getMeter(NAME);
  const duration = meter.createHistogram('tributary_ingress_call_duration_seconds', {
    description: 'Time from the head of a call to its answer',
    unit: 's',
    advice: { explicitBucketBoundaries: DURATION_BUCKETS },
  });
  const ended = new Map<string, { status: number; refused: string; count: number }>();
  const logRefusal = sampledRefusals(logger);
  meter
    .createObservableCounter('tributary_ingress_calls', {
      description: 'Calls by status and by why they were refused',
    })
    .addCallback((result) => {
      for (const { status, refused, count } of ended.values()) result.observe(count, { status, refused });
    });

  function count({ status, refused = '' }: CallEnd): void {
    const key = `${status} ${refused}`;
    const known = ended.get(key);
    if (known) known.count++;
    else ended.set(key, { status, refused, count: 1 });
  }

  return {
    start(request) {
      const started = performance.now();
      const parent =
        request.headers.traceparent === undefined
          ? ROOT_CONTEXT
          : propagation.extract(ROOT_CONTEXT, request.headers);
      const span = tracer.startSpan(`${request.method} ${ROUTE}`, spanOptions(request), parent);
      return {
        context: trace.setSpan(parent, span),
        end(end) {
          const durationMs = performance.now() - started;
          endSpan(span, end);
          duration.record(durationMs / 1000, { status: end.status });
          count(end);
          if (logger.isLevelEnabled('debug')) logger.debug(wideLine(request, end, durationMs), 'call');
          if (end.refused !== undefined) logRefusal(request, end, durationMs);
        },
      };
    },
    watch(gauges) {
      const numbers = {
        tributary_ingress_in_flight: gauges.inFlightCalls,
        tributary_ingress_in_flight_bytes: gauges.inFlightBytes,
        tributary_ingress_waiters: gauges.waiters,
        tributary_ingress_webhooks: gauges.webhooks,
        tributary_ingress_unrecorded_refusals: gauges.unrecorded,
      };
      for (const [name, read] of Object.entries(numbers)) {
        meter.createObservableGauge(name).addCallback((result) => {
          result.observe(read());
        });
      }
    },
  };
}

// OpenTelemetry's semantic conventions for HTTP server spans.
function spanOptions({ method, httpVersion }: IncomingMessage) {
  return {
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': method ?? '',
      'http.route': ROUTE,
      'url.path': ROUTE,
      'url.scheme': 'http',
      'network.protocol.version': httpVersion,
    },
  };
}

function endSpan(span: Span, { executionId, webhookId, status, refused }: CallEnd): void {
  if (span.isRecording()) {
    span.setAttribute('http.response.status_code', status);
    span.setAttribute('tributary.execution_id', executionId);
    if (webhookId !== undefined) span.setAttribute('tributary.webhook_id', webhookId);
    if (refused !== undefined) span.setAttribute('tributary.refused', refused);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function wideLine(request: IncomingMessage, end: CallEnd, durationMs: number): Record<string, unknown> {
  return { method: request.method, remoteAddress: request.socket.remoteAddress, ...end, durationMs };
}

/** An attacker who is refused a thousand times a second must not fill the disk with our log. */
function sampledRefusals(logger: Logger) {
  let second = 0;
  let seen = 0;
  return (request: IncomingMessage, end: CallEnd, durationMs: number): void => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) {
      if (seen > REFUSALS_PER_SECOND)
        logger.info({ count: seen - REFUSALS_PER_SECOND }, 'more calls refused');
      second = now;
      seen = 0;
    }
    if (++seen <= REFUSALS_PER_SECOND) logger.info(wideLine(request, end, durationMs), 'call refused');
  };
}
