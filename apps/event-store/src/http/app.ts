import { requireApiKey } from '@tributary/api-auth';
import type { ApiKeyLookup } from '@tributary/api-auth';
import type { KeyRing } from '@tributary/encryption';
import { webhookLimits } from '@tributary/event-schemas';
import type { Scope } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { createServiceApp, errorHandler, notFound } from '@tributary/service-runtime';
import type { Lifecycle, Logger } from '@tributary/service-runtime';
import { Router } from 'express';
import type { Express, RequestHandler } from 'express';
import type { Publish } from '../accept-events.ts';
import type { PageTokens } from '../page-token.ts';
import { answerExecution } from './answer-execution.ts';
import { countEventsBy } from './count-events.ts';
import { filterExecutions } from './filter-executions.ts';
import { filterEvents, nextEvents } from './filter-events.ts';
import { getEvent } from './get-event.ts';
import { getExecutionRequest } from './get-execution-request.ts';
import { getExecution, getExplanation } from './get-execution.ts';
import { getResponse, getSignedResponse } from './get-response.ts';
import { rawBody } from './json-body.ts';
import { postEvents } from './post-events.ts';
import { prefectErrors } from './prefect-errors.ts';
import { replayExecution } from './replay-execution.ts';
import { getReplay, listReplays, postReplay, postReplayCancel, postReplayPlan } from './replays.ts';

export interface AppDeps {
  lifecycle: Lifecycle;
  logger: Logger;
  keys: ApiKeyLookup;
  db: Queryable;
  tokens: PageTokens;
  /** Verifies the signed URLs of answers. */
  ring: KeyRing | undefined;
  publish: Publish;
  publicUrl: string;
  eventsBodyLimitBytes: number;
}

type Route = [method: 'get' | 'post', path: string, scope: Scope, ...handlers: RequestHandler[]];

/** A filter is never large, and its parameters must stay below the 65,535 that a statement takes. */
const FILTER_LIMIT_BYTES = 131_072;
/** An answer, written as JSON, fits into a record: its own limit is Kafka's. */
const ANSWER_LIMIT_BYTES = webhookLimits.bodyBytes.max + 524_288;

/** The whole HTTP interface, without a port. */
export function createApp(deps: AppDeps): Express {
  const { keys, eventsBodyLimitBytes } = deps;
  const filterBody = rawBody(FILTER_LIMIT_BYTES);
  const eventRoutes: Route[] = [
    ['post', '/events', 'events:write', rawBody(eventsBodyLimitBytes), postEvents(deps)],
    ['post', '/events/filter', 'events:read', filterBody, filterEvents(deps)],
    ['get', '/events/filter/next', 'events:read', nextEvents(deps)],
    ['post', '/events/count-by/:countable', 'events:read', filterBody, countEventsBy(deps)],
    ['get', '/events/:id', 'events:read', getEvent(deps)],
  ];
  const executionRoutes: Route[] = [
    ['post', '/executions/filter', 'executions:read', filterBody, filterExecutions(deps)],
    ['get', '/executions/:id', 'executions:read', getExecution(deps)],
    ['get', '/executions/:id/request', 'executions:read', getExecutionRequest(deps)],
    ['get', '/executions/:id/explain', 'executions:read', getExplanation(deps)],
    ['get', '/executions/:id/response', 'executions:read', getResponse(deps)],
    [
      'post',
      '/executions/:id/response',
      'executions:write',
      rawBody(ANSWER_LIMIT_BYTES),
      answerExecution(deps),
    ],
    ['post', '/executions/:id/replay', 'executions:write', replayExecution(deps)],
    ['post', '/replays/plan', 'executions:read', filterBody, postReplayPlan(deps)],
    ['post', '/replays', 'executions:write', filterBody, postReplay(deps)],
    ['get', '/replays', 'executions:read', listReplays(deps)],
    ['get', '/replays/:id', 'executions:read', getReplay(deps)],
    ['post', '/replays/:id/cancel', 'executions:write', postReplayCancel(deps)],
  ];

  const app = createServiceApp(deps.lifecycle);
  const ofWorkspace = '/api/accounts/:account/workspaces/:workspace';
  // The workspace of the key, for an installation with a single one.
  for (const base of [ofWorkspace, '/api']) {
    app.use(`${base}/events`, prefectErrors);
    app.use(base, router(eventRoutes, keys));
  }
  // Needs no key: its signature is one.
  app.get(`${ofWorkspace}/executions/:id/response`, getSignedResponse(deps));
  app.use(ofWorkspace, router(executionRoutes, keys));
  app.use(notFound);
  app.use(errorHandler(deps.logger));
  return app;
}

function router(routes: Route[], keys: ApiKeyLookup): Router {
  const result = Router({ mergeParams: true });
  for (const [method, path, scope, ...handlers] of routes) {
    // The key first: nobody without one makes us read a body.
    result[method](path, requireApiKey(keys, { scope }), ...handlers);
  }
  return result;
}
