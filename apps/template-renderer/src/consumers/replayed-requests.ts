import { setTimeout as delay } from 'node:timers/promises';
import { RetryableError } from '@tributary/messaging';
import type { TransformBatch, TransformResult } from '@tributary/messaging';
import type { Backlog } from '../backlog.ts';
import { capturedRequests } from './captured-requests.ts';
import type { CapturedRequestsDeps } from './captured-requests.ts';

export interface ReplayedRequestsDeps extends Omit<CapturedRequestsDeps, 'deduplication'> {
  /** Of the requests. */
  backlog: Backlog;
}

/** Requests that may wait while replays are rendered: under steady load some always do. */
const MAX_BACKLOG = 200;
const PAUSE_MS = 250;
/** Longer waiting is left to whoever calls: it can tell why the partition does not move, and ends it when we stop. */
const MAX_WAIT_MS = 3_000;

/**
 * The consumer of `tributary.replays`: as that of the requests, but it gives way to them. A replay is rendered with the newest
 * configuration, answers nobody, and takes no deduplication key.
 */
export function replayedRequests({
  backlog,
  ...deps
}: ReplayedRequestsDeps): (batch: TransformBatch) => Promise<TransformResult> {
  const render = capturedRequests(deps);
  return async function renderReplays(batch) {
    const started = performance.now();
    while ((await backlog.size()) > MAX_BACKLOG) {
      if (performance.now() - started > MAX_WAIT_MS)
        throw new RetryableError('Replays wait: requests come first.');
      await delay(PAUSE_MS, undefined, { signal: batch.signal });
    }
    return render(batch);
  };
}
