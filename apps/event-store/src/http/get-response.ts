import { accessOf } from '@tributary/api-auth';
import { isResponseSignature } from '@tributary/encryption';
import type { KeyRing } from '@tributary/encryption';
import { uuid } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { RequestHandler, Response } from 'express';
import { readAnswer } from '../answer-reader.ts';
import { readExecution } from '../execution-reader.ts';
import { until } from '../until.ts';
import { executionIdOf, notStored } from './execution-of.ts';
import { sendStoredBytes } from './stored-bytes.ts';

/** Who follows a signed URL was told that the answer is there: it is waited for until it is stored. */
const PATIENCE_MS = 10_000;

/**
 * `GET /executions/{id}/response?expires&signature`: the stored answer, for whoever holds the URL until it expires. A
 * request without a signature is for the next handler, which asks for a key. Without a ring no signature is ours.
 */
export function getSignedResponse({
  db,
  ring,
}: {
  db: Queryable;
  ring: KeyRing | undefined;
}): RequestHandler {
  return async function answerGetSignedResponse(request, response, next) {
    const { expires, signature } = request.query;
    if (signature === undefined && expires === undefined) {
      next();
      return;
    }
    const id = executionIdOf(request);
    const signed = { expires: Number(expires), signature: String(signature) };
    if (!ring || !isResponseSignature(ring, id, signed))
      throw new HttpProblem(403, 'The signature of the URL is not valid, or the URL has expired.');
    const workspace = uuid.safeParse(request.params['workspace']);
    if (!workspace.success) throw notStored();
    await sendAnswer(response, { db, workspace: workspace.data, id, patienceMs: PATIENCE_MS });
  };
}

/** `GET /executions/{id}/response` with an API key: the stored answer, 202 while there may still be one. */
export function getResponse({ db }: { db: Queryable }): RequestHandler {
  return async function answerGetResponse(request, response) {
    const { workspace } = accessOf(response);
    await sendAnswer(response, { db, workspace, id: executionIdOf(request), patienceMs: 0 });
  };
}

async function sendAnswer(
  response: Response,
  { db, workspace, id, patienceMs }: { db: Queryable; workspace: string; id: string; patienceMs: number },
): Promise<void> {
  const answer = await until(() => readAnswer(db, workspace, id), { timeoutMs: patienceMs });
  response.setHeader('cache-control', 'private, no-store');
  if (answer) {
    const { status, content_type: contentType, headers, body } = answer;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    sendStoredBytes(response, { status, contentType: contentType ?? 'text/plain; charset=utf-8', body });
    return;
  }
  const stored = await readExecution(db, workspace, id);
  if (!stored) throw notStored();
  const { execution, mode, replyPartition } = stored;
  // A duplicate is no duplicate of another: the first one has an answer of its own, or none.
  if (execution.duplicate_of !== null)
    return sendAnswer(response, { db, workspace, id: execution.duplicate_of, patienceMs: 0 });
  if (
    mode === 'sync' &&
    replyPartition !== null &&
    execution.response === null &&
    execution.replay_of === null
  ) {
    response.status(202).setHeader('retry-after', '1').json({ executionId: id });
    return;
  }
  throw new HttpProblem(404, 'No answer is stored for this execution, and none will come.');
}
