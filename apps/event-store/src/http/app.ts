import { requireApiKey } from '@tributary/api-auth';
import type { ApiKeyLookup } from '@tributary/api-auth';
import type { Scope } from '@tributary/event-schemas';
import type { Queryable } from '@tributary/postgres';
import { createServiceApp, errorHandler, notFound } from '@tributary/service-runtime';
import type { Lifecycle, Logger } from '@tributary/service-runtime';
import { Router } from 'express';
import type { Express, RequestHandler } from 'express';
import type { Publish } from '../accept-events.ts';
import type { PageTokens } from '../page-token.ts';
import { countEventsBy } from './count-events.ts';
import { filterExecutions, getExecution, getExecutionRequest } from './executions.ts';
import { filterEvents, nextEvents } from './filter-events.ts';
import { getEvent } from './get-event.ts';
import { rawBody } from './json-body.ts';
import { postEvents } from './post-events.ts';
import { prefectErrors } from './prefect-errors.ts';

export interface AppDeps {
  lifecycle: Lifecycle;
  logger: Logger;
  keys: ApiKeyLookup;
  db: Queryable;
  tokens: PageTokens;
  publish: Publish;
  publicUrl: string;
  eventsBodyLimitBytes: number;
}

type Route = [method: 'get' | 'post', path: string, scope: Scope, ...handlers: RequestHandler[]];

/** A filter is never large, and its parameters must stay below the 65,535 that a statement takes. */
const FILTER_LIMIT_BYTES = 131_072;

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
  ];

  const app = createServiceApp(deps.lifecycle);
  const ofWorkspace = '/api/accounts/:account/workspaces/:workspace';
  // The workspace of the key, for an installation with a single one.
  for (const base of [ofWorkspace, '/api']) {
    app.use(`${base}/events`, prefectErrors);
    app.use(base, router(eventRoutes, keys));
  }
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
