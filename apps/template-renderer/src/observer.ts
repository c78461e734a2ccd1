import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import type { CapturedRequest, Outcome } from '@tributary/event-schemas';
import type { Logger } from '@tributary/service-runtime';
import type { Execution } from './render-execution.ts';

const NAME = '@tributary/template-renderer';
/** Failed executions that are logged each second; of the others only the number is. */
const FAILURES_PER_SECOND = 20;

/** How an execution ended, for metrics and logs: nothing that a caller sent. */
export type ExecutionEnd = Pick<Outcome, 'outcome' | 'cause'> & { stage: string | null; events: number };

export interface Observer {
  /** The context of a span for one execution, and what ends it. */
  execution: (
    request: CapturedRequest,
    parent: Context,
  ) => { context: Context; end: (end: ExecutionEnd) => void };
  batch: (fields: {
    topic: string;
    partition: number;
    records: number;
    deadLetters: number;
    durationMs: number;
  }) => void;
}

/** One span and one count per execution, one debug line per batch; a line per failed execution, sampled. */
export function createObserver(logger: Logger): Observer {
  const tracer = trace.getTracer(NAME);
  const meter = metrics.getMeter(NAME);
  const ended = new Map<string, { attributes: Record<string, string>; count: number }>();
  meter
    .createObservableCounter('tributary_renderer_executions', {
      description: 'Executions by outcome, cause and the stage at which they failed',
    })
    .addCallback((result) => {
      for (const { attributes, count } of ended.values()) result.observe(count, attributes);
    });
  const batchDuration = meter.createHistogram('tributary_renderer_batch_duration_seconds', {
    description: 'Time from a batch at hand to its results, before the transaction commits',
    unit: 's',
    advice: {
      explicitBucketBoundaries: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    },
  });
  const logFailure = sampledFailures(logger);

  function count({ outcome, cause, stage }: ExecutionEnd): void {
    const key = `${outcome} ${cause} ${stage}`;
    const known = ended.get(key);
    if (known) known.count++;
    else ended.set(key, { attributes: { outcome, cause: cause ?? '', stage: stage ?? '' }, count: 1 });
  }

  return {
    execution: (request, parent) => {
      const span = tracer.startSpan('render webhook', {}, parent);
      if (span.isRecording()) {
        span.setAttribute('tributary.execution_id', request.execution_id);
        span.setAttribute('tributary.webhook_id', request.webhook_id);
      }
      return {
        context: trace.setSpan(parent, span),
        end: (end) => {
          span.setAttribute('tributary.outcome', end.outcome);
          if (end.cause === 'internal') span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
          count(end);
          if (end.outcome === 'failed' || end.outcome === 'rejected') logFailure(request, end);
        },
      };
    },
    batch: ({ durationMs, ...fields }) => {
      batchDuration.record(durationMs / 1000);
      logger.debug({ ...fields, durationMs }, 'batch');
    },
  };
}

/** The end of a rendered execution. */
export function endOf({ outcome: { outcome, cause }, failure, events }: Execution): ExecutionEnd {
  return { outcome, cause, stage: failure?.stage ?? null, events: events.length };
}

/** A template that fails for every one of a thousand calls a second must not fill the disk with our log. */
function sampledFailures(logger: Logger) {
  let second = 0;
  let seen = 0;
  return (request: CapturedRequest, end: ExecutionEnd): void => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) {
      if (seen > FAILURES_PER_SECOND)
        logger.info({ count: seen - FAILURES_PER_SECOND }, 'more executions failed');
      second = now;
      seen = 0;
    }
    if (++seen > FAILURES_PER_SECOND) return;
    const { execution_id: executionId, webhook_id: webhookId } = request;
    logger.info({ executionId, webhookId, ...end }, 'execution failed');
  };
}
