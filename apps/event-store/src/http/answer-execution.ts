import { accessOf } from '@tributary/api-auth';
import { consumerReply, recordHeaders, replyAnswer, topics } from '@tributary/event-schemas';
import type { ConsumerReply } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import type { Publish } from '../accept-events.ts';
import { readAnswer } from '../answer-reader.ts';
import type { StoredExecution } from '../execution-reader.ts';
import { readExecution } from '../execution-reader.ts';
import { until } from '../until.ts';
import { executionIdOf, notStored } from './execution-of.ts';
import { jsonBody } from './json-body.ts';
import { publishProblem } from './kafka-outage.ts';
import { readInput } from './read-input.ts';

/** A consumer is quicker than the store: an execution this young may be on its way here. */
const YOUNG_MS = 60_000;
/** How long a young execution, and the word on which answer came first, are waited for. */
const PATIENCE_MS = 5_000;

/**
 * `POST /executions/{id}/response`: a consumer's answer to the caller who waits, as over Kafka. 204 when it is the one
 * that counts, 409 when another came before it or nobody waits for one, 202 when that is not known in time.
 */
export function answerExecution({ db, publish }: { db: Queryable; publish: Publish }): RequestHandler {
  return async function answerPostResponse(request, response) {
    const { workspace } = accessOf(response);
    const id = executionIdOf(request);
    const reply = readReply(request);
    const stored = await until(() => readExecution(db, workspace, id), { timeoutMs: patienceFor(id) });
    if (!stored) throw notStored();
    const partition = partitionToAnswer(stored);
    const { offset } = await publish({
      topic: topics.replies.name,
      key: id,
      value: JSON.stringify(reply),
      partition,
      headers: { [recordHeaders.schemaVersion]: '1' },
    }).catch((error: unknown) => {
      throw publishProblem(error, 'The answer');
    });
    const first = await until(() => readAnswer(db, workspace, id), { timeoutMs: PATIENCE_MS });
    if (first && BigInt(first.log_offset) !== offset) throw answeredAlready();
    response.status(first ? 204 : 202).end();
  };
}

function patienceFor(id: string): number {
  const age = Date.now() - Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  return Math.abs(age) < YOUNG_MS ? PATIENCE_MS : 0;
}

/** The partition that the caller's instance reads. Throws 409 when no consumer's answer is waited for. */
function partitionToAnswer({ execution, mode, replyPartition }: StoredExecution): number {
  if (execution.replay_of !== null) throw new HttpProblem(409, 'Nobody waits for an answer: it is a replay.');
  if (mode !== 'sync') {
    throw new HttpProblem(
      409,
      'Nobody waits for the answer of a consumer: the webhook\'s response mode was not "sync" when it was called.',
    );
  }
  if (execution.response?.status === 202 || replyPartition === null)
    throw new HttpProblem(409, 'Nobody waits for an answer: the caller was told so at once.');
  if (execution.duplicate_of !== null)
    throw new HttpProblem(409, `It is a duplicate: its caller gets the answer of ${execution.duplicate_of}.`);
  if (execution.response !== null || execution.outcome === 'rejected') throw answeredAlready();
  return replyPartition;
}

function answeredAlready(): HttpProblem {
  return new HttpProblem(409, 'The caller was answered already: the first answer counts.');
}

const errorReply = z.object({ error: z.string().min(1) });

/** Told by the member that was meant: an answer, or an error. */
function readReply(request: Request): ConsumerReply {
  const body = jsonBody(request);
  const given = body.ok && typeof body.value === 'object' && body.value !== null ? body.value : {};
  if ('error' in given) return readInput(request, errorReply, 'The answer');
  const answer = readInput(request, replyAnswer, 'The answer');
  if (consumerReply.safeParse(given).success) return answer;
  throw new HttpProblem(422, 'The answer is not valid.', {
    errors: [{ pointer: '', detail: 'It needs a status, a body, or both; or "error", a text.' }],
  });
}
