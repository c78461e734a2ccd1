import { setTimeout as pause } from 'node:timers/promises';
import { MessagingError } from '@tributary/messaging';
import type { Pool } from '@tributary/postgres';
import type { Logger, Member } from '@tributary/service-runtime';
import type { Publish } from './accept-events.ts';
import { namedExecutionId, replayRecord, whyNotReplayed } from './replay-request.ts';
import { advanceReplay, nextToReplay, takeDueReplay } from './replay-store.ts';
import type { RunningReplay } from './replay-store.ts';
import { readRequest } from './request-reader.ts';
import type { StoredRequest } from './request-reader.ts';

/** Requests in memory at a time: each may have the largest body that a webhook takes. */
const AT_A_TIME = 8;
const IDLE_MS = 500;
const AFTER_FAILURE_MS = 2_000;

interface ReplayDeps {
  pool: Pool;
  publish: Publish;
  logger: Logger;
}

/**
 * A member of the lifecycle: works on the bulk replays that run, whichever instance made them. A part of one is a
 * transaction that holds its row; an instance that dies in it leaves it to the next, which replays the same executions
 * under the same ids.
 */
export function createReplayWorker(deps: ReplayDeps): Member {
  const stopped = new AbortController();
  let working: Promise<void> = Promise.resolve();

  async function work(): Promise<void> {
    while (!stopped.signal.aborted) {
      let waitMs = IDLE_MS;
      try {
        if (await replayPart(deps)) waitMs = 0;
      } catch (error) {
        waitMs = AFTER_FAILURE_MS;
        deps.logger.warn({ error }, 'a part of a bulk replay failed; it is tried again');
      }
      await pause(waitMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  return {
    start: () => {
      working = work();
    },
    stop: async () => {
      stopped.abort();
      await working;
    },
  };
}

/** Replays a second's worth of one replay whose turn it is; false when there is none. */
function replayPart({ pool, publish, logger }: ReplayDeps): Promise<boolean> {
  return pool.transaction(async (client) => {
    const replay = await takeDueReplay(client);
    if (!replay) return false;
    const taken = await nextToReplay(client, replay);
    let replayed = 0;
    for (let start = 0; start < taken.length; start += AT_A_TIME) {
      const some = taken.slice(start, start + AT_A_TIME);
      const requests = await Promise.all(some.map(({ id }) => readRequest(pool, replay.workspace, id)));
      // Handed over in one go, and in order: so they are written.
      const results = await Promise.all(requests.map((stored) => replayOne(publish, replay, stored)));
      replayed += results.filter(Boolean).length;
    }
    await advanceReplay(client, replay, { taken, replayed });
    logger.info({ replay: replay.id, replayed, skipped: taken.length - replayed }, 'part of a bulk replay');
    return true;
  });
}

/** Whether the request was replayed; it is passed over when it cannot be. */
async function replayOne(
  publish: Publish,
  { id, account, workspace, created }: RunningReplay,
  stored: StoredRequest | undefined,
): Promise<boolean> {
  if (!stored || whyNotReplayed(stored) !== undefined) return false;
  const executionId = namedExecutionId(Date.parse(created), `${id} ${stored.execution_id}`);
  try {
    await publish(replayRecord(stored, { account, workspace, executionId, now: Date.now() }));
    return true;
  } catch (error) {
    if (error instanceof MessagingError && error.code === 'record_too_large') return false;
    throw error;
  }
}
