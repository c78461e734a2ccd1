import type { Queryable } from '@tributary/postgres';
import type { RequestHandler } from 'express';
import { explainExecution } from '../explain-execution.ts';
import { executionOf } from './execution-of.ts';

/** `GET /executions/{id}`. */
export function getExecution({ db }: { db: Queryable }): RequestHandler {
  return async function answerGetExecution(request, response) {
    const { execution } = await executionOf(db, request, response);
    response.json(execution);
  };
}

/** `GET /executions/{id}/explain`: what happened, step by step, as sentences and as data. */
export function getExplanation({ db }: { db: Queryable }): RequestHandler {
  return async function answerGetExplanation(request, response) {
    response.json(explainExecution(await executionOf(db, request, response)));
  };
}
