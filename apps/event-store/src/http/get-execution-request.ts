import { isUtf8 } from 'node:buffer';
import { accessOf } from '@tributary/api-auth';
import type { Queryable } from '@tributary/postgres';
import { HttpProblem } from '@tributary/service-runtime';
import type { RequestHandler } from 'express';
import { readRequest } from '../request-reader.ts';
import type { StoredRequest } from '../request-reader.ts';
import { executionIdOf } from './execution-of.ts';
import { sendStoredBytes } from './stored-bytes.ts';

/**
 * `GET /executions/{id}/request`: the body's bytes as the webhook was sent them, under the type they were sent with; with
 * `?format=json` the whole request as JSON.
 */
export function getExecutionRequest({ db }: { db: Queryable }): RequestHandler {
  return async function answerGetExecutionRequest(request, response) {
    const { format = 'raw' } = request.query;
    if (format !== 'raw' && format !== 'json')
      throw new HttpProblem(400, 'The query parameter format is "raw" or "json".');
    const stored = await readRequest(db, accessOf(response).workspace, executionIdOf(request));
    if (!stored) throw notKept();
    if (format === 'json') response.json(asJson(stored));
    else sendStoredBytes(response, { status: 200, contentType: stored.content_type, body: stored.body });
  };
}

/** Bytes that are no text in UTF-8 are written in base64. */
function asJson({ body, outcome: _outcome, cause: _cause, ...request }: StoredRequest): object {
  const encoding = isUtf8(body) ? 'utf-8' : 'base64';
  return { ...request, body: body.toString(encoding), body_encoding: encoding };
}

function notKept(): HttpProblem {
  return new HttpProblem(
    404,
    'There is no request of an execution with this id in the workspace: requests are kept for a shorter time than executions, and one that was only just received may follow in a moment.',
  );
}
