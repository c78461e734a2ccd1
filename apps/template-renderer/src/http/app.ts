import { requireApiKey } from '@tributary/api-auth';
import type { ApiKeyLookup } from '@tributary/api-auth';
import { webhookLimits } from '@tributary/event-schemas';
import { createServiceApp, errorHandler, notFound } from '@tributary/service-runtime';
import type { Lifecycle, Logger } from '@tributary/service-runtime';
import type { Environment, Throttle } from '@tributary/templating';
import express from 'express';
import type { Express } from 'express';
import type { Clock } from '../steps.ts';
import type { StoredRequests } from '../stored-requests.ts';
import { lintTemplate } from './lint-template.ts';
import { renderTemplate } from './render-template.ts';

export interface AppDeps {
  lifecycle: Lifecycle;
  logger: Logger;
  keys: ApiKeyLookup;
  environment: Environment;
  throttle: Throttle;
  storedRequests: StoredRequests;
  now: Clock;
  publicUrl: string;
}

/** A preview carries a body and a webhook's code in JSON, where a byte may take six characters. */
const MAX_REQUEST_BYTES =
  6 * (webhookLimits.bodyBytes.default + 8 * webhookLimits.templateLength + webhookLimits.schemaLength);

/** What the renderer serves: drafts of templates, rendered and checked without saving them. */
export function createApp({ lifecycle, logger, keys, ...deps }: AppDeps): Express {
  const app = createServiceApp(lifecycle);
  const templates = express.Router({ mergeParams: true });
  templates.use(requireApiKey(keys, { scope: 'templates:render' }));
  templates.use(express.json({ limit: MAX_REQUEST_BYTES }));
  templates.post('/render', renderTemplate(deps));
  templates.post('/lint', lintTemplate(deps));
  app.use('/api/accounts/:account/workspaces/:workspace/templates', templates);
  // The workspace of the key, for an installation with a single one.
  app.use('/api/templates', templates);
  app.use(notFound);
  app.use(errorHandler(logger));
  return app;
}
