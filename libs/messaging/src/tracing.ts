import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { Attributes, Context, Link, Span } from '@opentelemetry/api';
import type { IncomingRecord, OutgoingRecord } from './types.ts';

/**
 * Spans as the semantic conventions for messaging have them. They are made here, per record, because records of many
 * requests leave in one batch: an instrumentation of kafkajs would give all of them the context of the batch. Without a
 * registered SDK every call is a no-op.
 */
const tracer = trace.getTracer('@tributary/messaging');

/** The sender's context of a record. */
export function extractContext(headers: Record<string, string>): Context {
  return 'traceparent' in headers ? propagation.extract(ROOT_CONTEXT, headers) : ROOT_CONTEXT;
}

/** Starts the span of a record that is sent, and gives the headers with `traceparent`. */
export function startSend(
  { topic, headers, traceContext }: OutgoingRecord,
  parent: Context = context.active(),
): { span: Span; headers: Record<string, string> } {
  const from = traceContext ?? parent;
  const span = tracer.startSpan(
    `send ${topic}`,
    { kind: SpanKind.PRODUCER, attributes: attributesOf(topic, 'send') },
    from,
  );
  const carrier = { ...headers };
  propagation.inject(trace.setSpan(from, span), carrier);
  return { span, headers: carrier };
}

/** Ends a span; with an error it says so. */
export function endSpan(span: Span, error?: unknown): void {
  if (error !== undefined) {
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: error instanceof Error ? error.message : String(error),
    });
  }
  span.end();
}

/** The processing of records. */
export interface Processing {
  /** The context in which the handler runs. */
  active: Context;
  /** Ends its spans; with an error they say so. */
  end: (error?: unknown) => void;
}

/**
 * Starts the span of the processing of records: the child of a single one. Of several it is a span of its own that links
 * to each, and each that is sampled has a child besides, so that its trace goes on to where it is processed.
 */
export function startProcess(records: IncomingRecord[], group: string): Processing {
  const [first] = records;
  const isBatch = records.length !== 1;
  const parent = isBatch || first === undefined ? ROOT_CONTEXT : first.traceContext;
  const name = `process ${first?.topic ?? ''}`;
  const attributes: Attributes = {
    ...attributesOf(first?.topic ?? '', 'process'),
    'messaging.consumer.group.name': group,
    ...(first === undefined ? {} : { 'messaging.destination.partition.id': String(first.partition) }),
  };
  const span = tracer.startSpan(
    name,
    {
      kind: SpanKind.CONSUMER,
      attributes: { ...attributes, 'messaging.batch.message_count': records.length },
      links: isBatch ? linksTo(records) : [],
    },
    parent,
  );
  const spans = [span];
  if (isBatch) {
    const options = { kind: SpanKind.CONSUMER, attributes, links: [{ context: span.spanContext() }] };
    for (const { traceContext } of records)
      if (isSampled(traceContext)) spans.push(tracer.startSpan(name, options, traceContext));
  }
  return {
    active: trace.setSpan(parent, span),
    end: (error) => {
      for (const each of spans) endSpan(each, error);
    },
  };
}

function isSampled(traceContext: Context): boolean {
  const flags = trace.getSpanContext(traceContext)?.traceFlags ?? TraceFlags.NONE;
  return (flags & TraceFlags.SAMPLED) !== 0;
}

/** The exporters cut at 128 links by default; more would only cost. */
const MAX_LINKS = 128;

function linksTo(records: IncomingRecord[]): Link[] {
  const links: Link[] = [];
  for (const { traceContext } of records) {
    const spanContext = trace.getSpanContext(traceContext);
    if (spanContext !== undefined) links.push({ context: spanContext });
    if (links.length === MAX_LINKS) break;
  }
  return links;
}

function attributesOf(topic: string, operation: 'send' | 'process'): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': topic,
  };
}
