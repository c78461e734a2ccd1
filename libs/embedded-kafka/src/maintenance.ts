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
  let isStopped = false;
  let running: Promise<void> = Promise.resolve();

  async function round(): Promise<void> {
    for (const topic of context.topics.list()) {
      for (const log of topic.partitions) {
        if (isStopped || log.closed) continue;
        try {
          maintainLog(log);
          await compactLog(log, { now: Date.now(), isStopped: () => isStopped });
        } catch (error) {
          context.log('warn', `maintenance of ${log.directory} failed: ${String(error)}`);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    if (!isStopped) context.groups.expire(Date.now());
  }

  const rounds = repeat(options.intervalMs, () => {
    running = round();
    return running;
  });
  let expiring: Promise<void> = Promise.resolve();
  const timeouts = repeat(TRANSACTION_CHECK_MS, () => {
    expiring = context.transactions.expire(Date.now()).catch((error: unknown) => {
      context.log('warn', `transactions could not be looked through: ${String(error)}`);
    });
    return expiring;
  });
  return async () => {
    isStopped = true;
    rounds();
    timeouts();
    await running;
    await expiring;
  };
}

/** Runs a task again and again, with a pause in between; returns what ends it. */
function repeat(pauseMs: number, task: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout;
  let isOver = false;
  const schedule = () => {
    timer = setTimeout(() => {
      void task().finally(() => {
        if (!isOver) schedule();
      });
    }, pauseMs);
    timer.unref();
  };
  schedule();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

function maintainLog(log: PartitionLog): void {
  const now = Date.now();
  log.producers.expire(now - PRODUCER_EXPIRATION_MS);
  applyRetention(log, now);
  log.checkpointIfChanged();
  log.releaseIdle(now - IDLE_SEGMENT_MS);
}
