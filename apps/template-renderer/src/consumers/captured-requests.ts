import { setImmediate } from 'node:timers/promises';
import type {
  IncomingRecord,
  OutgoingRecord,
  Publisher,
  TransformBatch,
  TransformResult,
} from '@tributary/messaging';
import type { Deduplication } from '../deduplication.ts';
import { eventRecord, furtherRecord, outcomeRecord, replyOf, replyRecord } from '../records.ts';
import { replyPartition } from '../reply-partition.ts';
import { handleRequest } from './handle-request.ts';
import type { BatchScope, Handled, HandleDeps } from './handle-request.ts';

export interface CapturedRequestsDeps extends HandleDeps {
  /** Outside the transaction: a reply is told once the commit is acknowledged. */
  publish: Publisher['publish'];
  /** Absent for replays. */
  deduplication?: Deduplication;
}

/** Rendering is synchronous: after so long the process looks after its sockets, its group and its HTTP callers. */
const BREATH_MS = 25;

/**
 * The consumer of `tributary.requests`: a batch of one partition becomes events, outcomes and deduplication keys, written in
 * one transaction with the position in the partition; then the callers who wait are told.
 */
export function capturedRequests(
  deps: CapturedRequestsDeps,
): (batch: TransformBatch) => Promise<TransformResult> {
  return async function renderBatch({ topic, partition, records, signal, heartbeat }) {
    const started = performance.now();
    const pause = async (): Promise<void> => {
      signal.throwIfAborted();
      await heartbeat();
    };
    const scope: BatchScope = { pause, deduplication: deps.deduplication?.begin(partition) };
    const handled: Handled[] = [];
    let breathed = started;
    for (const record of records) {
      const result = handleRequest(record, deps, scope);
      handled.push(result instanceof Promise ? await result : result);
      if (performance.now() - breathed < BREATH_MS) continue;
      await setImmediate();
      await pause();
      breathed = performance.now();
    }
    const result = collect(handled, scope, deps);
    const durationMs = performance.now() - started;
    deps.observer.batch({
      topic,
      partition,
      records: records.length,
      deadLetters: result.deadLetters?.length ?? 0,
      durationMs,
    });
    return result;
  };
}

function collect(
  handled: Handled[],
  { deduplication }: BatchScope,
  { publish, logger }: CapturedRequestsDeps,
): TransformResult {
  const records: OutgoingRecord[] = [];
  const replies: OutgoingRecord[] = [];
  const deadLetters: { record: IncomingRecord; reason: string; error?: unknown }[] = [];
  for (const { executed, deadLetter } of handled) {
    if (deadLetter) deadLetters.push(deadLetter);
    if (!executed) continue;
    const { request, outcome, events, topic, response, partitionKey, traceContext } = executed;
    const { webhook_version: version } = outcome;
    for (const written of events) {
      const record = eventRecord(written, { request, version, traceContext });
      records.push(record);
      if (topic !== null) records.push(furtherRecord(record, topic));
    }
    records.push(outcomeRecord(outcome, { partitionKey, traceContext }));
    const partition = replyPartition(request, outcome);
    if (partition !== null) replies.push(replyRecord(replyOf(outcome, response), partition, traceContext));
  }
  if (deduplication) records.push(...deduplication.records());
  return {
    records,
    deadLetters,
    afterCommit: () => {
      deduplication?.committed();
      void tell(replies, { publish, logger });
    },
  };
}

/** A reply that is lost costs its caller a 202, nothing else: it is not tried again. */
async function tell(
  replies: OutgoingRecord[],
  { publish, logger }: Pick<CapturedRequestsDeps, 'publish' | 'logger'>,
) {
  const results = await Promise.allSettled(replies.map((reply) => publish(reply)));
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed[0])
    logger.warn({ count: failed.length, error: failed[0].reason as unknown }, 'replies were lost');
}
