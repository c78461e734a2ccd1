import { randomUUID } from 'node:crypto';
import { accessOf } from '@tributary/api-auth';
import type { Queryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { Logger } from '@tributary/service-runtime';
import type { RequestHandler } from 'express';
import type { Publish } from '../accept-events.ts';
import { namedExecutionId, replayRecord, whyNotReplayed } from '../replay-request.ts';
import { readRequest } from '../request-reader.ts';
import { executionIdOf, executionOf } from './execution-of.ts';
import { publishProblem } from './kafka-outage.ts';

/**
 * `POST /executions/{id}/replay`: has the request rendered again with the webhook's newest configuration. 202 with the
 * new execution's id, and with what had become of the original: its authentication is not checked again, so that one
 * that was refused is replayed on the word of the key's holder.
 */
export function replayExecution({
  db,
  publish,
  publicUrl,
  logger,
}: {
  db: Queryable;
  publish: Publish;
  publicUrl: string;
  logger: Logger;
}): RequestHandler {
  return async function answerReplayExecution(request, response) {
    const { account, workspace } = accessOf(response);
    const original = executionIdOf(request);
    const stored = await readRequest(db, workspace, original);
    if (!stored) {
      await executionOf(db, request, response);
      throw new HttpProblem(409, 'The execution cannot be replayed: its request is not kept any more.');
    }
    const reason = whyNotReplayed(stored);
    if (reason !== undefined) throw new HttpProblem(409, `The execution cannot be replayed. ${reason}`);
    const now = Date.now();
    const id = namedExecutionId(now, randomUUID());
    await publish(replayRecord(stored, { account, workspace, executionId: id, now })).catch(
      (error: unknown) => {
        throw publishProblem(error, 'The replay');
      },
    );
    logger.info({ workspace, execution: id, original }, 'execution replayed');
    const { outcome, cause } = stored;
    response
      .status(202)
      .location(`${publicUrl}/api/accounts/${account}/workspaces/${workspace}/executions/${id}`)
      .json({ id, replay_of: original, original: { outcome, cause } });
  };
}
