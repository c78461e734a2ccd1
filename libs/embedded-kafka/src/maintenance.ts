import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { BrokerContext } from './broker-context.ts';
import { compactLog } from './log/compaction.ts';
import type { PartitionLog } from './log/partition-log.ts';
import { applyRetention } from './log/retention.ts';

/** How long a producer's sequence numbers are remembered without use. */
const PRODUCER_EXPIRATION_MS = 86_400_000;
/** Files of closed segments that nobody has read for this long are closed. */
const IDLE_SEGMENT_MS = 60_000;
/** How often transactions are looked at for their time-out. */
const TRANSACTION_CHECK_MS = 1000;

/**
 * Starts what goes on in the background: checkpoints, retention, compaction, time-outs. It takes one log after the
 * other, and lets requests in between. Returns what stops it.
 */
export function startMaintenance(
  context: BrokerContext,
  options: { intervalMs: number },
): () => Promise<void> {
  const stop = new AbortController();
  const isStopped = () => stop.signal.aborted;

  async function maintainAll(): Promise<void> {
    for (const topic of context.topics.list()) {
      for (const log of topic.partitions) {
        if (isStopped() || log.closed) continue;
        try {
          await maintainLog(log);
          await compactLog(log, { now: Date.now(), isStopped });
        } catch (error) {
          context.log('warn', `maintenance of ${log.directory} failed: ${String(error)}`);
        }
        await nextTurn();
      }
    }
    if (!isStopped()) context.groups.expire(Date.now());
  }

  async function expireTransactions(): Promise<void> {
    try {
      await context.transactions.expire(Date.now());
    } catch (error) {
      context.log('warn', `transactions could not be looked through: ${String(error)}`);
    }
  }

  const running = [
    repeat(options.intervalMs, stop.signal, maintainAll),
    repeat(TRANSACTION_CHECK_MS, stop.signal, expireTransactions),
  ];
  return async () => {
    stop.abort();
    await Promise.all(running);
  };
}

/** Runs a task again and again, with a pause before each time, until it is told to stop. */
async function repeat(pauseMs: number, signal: AbortSignal, task: () => Promise<void>): Promise<void> {
  for (;;) {
    await pause(pauseMs, undefined, { signal, ref: false }).catch(() => undefined); // It is cut short by the stop.
    if (signal.aborted) return;
    await task();
  }
}

async function maintainLog(log: PartitionLog): Promise<void> {
  const now = Date.now();
  log.producers.expire(now - PRODUCER_EXPIRATION_MS);
  applyRetention(log, now);
  await log.checkpointIfChanged();
  log.releaseIdle(now - IDLE_SEGMENT_MS);
}
