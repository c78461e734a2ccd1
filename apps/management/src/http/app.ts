import { requireApiKey } from '@tributary/api-auth';
import { scopes } from '@tributary/event-schemas';
import { createServiceApp, errorHandler, notFound } from '@tributary/service-runtime';
import type { Lifecycle, Logger } from '@tributary/service-runtime';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import { createApiKeyLookup } from '../api-key-lookup.ts';
import { createApiKey } from './create-api-key.ts';
import { createServiceAccount } from './create-service-account.ts';
import { createWebhook } from './create-webhook.ts';
import type { ManagementDeps } from './deps.ts';
import { deleteApiKey } from './delete-api-key.ts';
import { deleteServiceAccount } from './delete-service-account.ts';
import { deleteWebhook } from './delete-webhook.ts';
import { getServiceAccount } from './get-service-account.ts';
import { getWebhook } from './get-webhook.ts';
import { listAudit } from './list-audit.ts';
import { listApiKeys } from './list-api-keys.ts';
import { filterServiceAccounts, listServiceAccounts } from './list-service-accounts.ts';
import { filterWebhooks, listWebhooks } from './list-webhooks.ts';
import { listVersions } from './list-versions.ts';
import { listWorkspaces } from './list-workspaces.ts';
import { rotateServiceAccountKey } from './rotate-service-account-key.ts';
import { rotateWebhook } from './rotate-webhook.ts';
import { databaseAway } from './unavailable.ts';
import { updateServiceAccount } from './update-service-account.ts';
import { updateWebhook } from './update-webhook.ts';

/** The version of Prefect whose clients are known to work here: they ask for it and refuse another major one. */
const PREFECT_VERSION = '3.8.8';

/** Bytes of the largest request: a template of the largest size, written with escapes, and the rest. */
const BODY_LIMIT = 1_048_576;

/** Express app of the service. Every path is served with and without a slash at its end. */
export function createApp(
  deps: ManagementDeps,
  { lifecycle, logger }: { lifecycle: Lifecycle; logger: Logger },
): Express {
  const lookup = createApiKeyLookup(deps.pool);
  const reads = requireApiKey(lookup, { scope: 'webhooks:read' });
  const writes = requireApiKey(lookup, { scope: 'webhooks:write' });
  // Who may hand out keys could hand himself every right: only a key that has them all may.
  const managesKeys = requireApiKey(lookup, { scope: scopes });

  const workspace = express.Router({ mergeParams: true });
  workspace.post('/webhooks', writes, json, createWebhook(deps));
  workspace.get('/webhooks', reads, listWebhooks(deps));
  workspace.post('/webhooks/filter', reads, json, filterWebhooks(deps));
  workspace.get('/webhooks/:id', reads, getWebhook(deps));
  workspace.put('/webhooks/:id', writes, json, updateWebhook(deps));
  workspace.patch('/webhooks/:id', writes, json, updateWebhook(deps));
  workspace.delete('/webhooks/:id', writes, deleteWebhook(deps));
  workspace.post('/webhooks/:id/rotate', writes, rotateWebhook(deps));
  workspace.get('/webhooks/:id/versions', reads, listVersions(deps));
  workspace.post('/api-keys', managesKeys, json, createApiKey(deps));
  workspace.get('/api-keys', managesKeys, listApiKeys(deps));
  workspace.delete('/api-keys/:id', managesKeys, deleteApiKey(deps));
  workspace.get('/audit', reads, listAudit(deps));

  const account = express.Router({ mergeParams: true });
  account.post('/bots', managesKeys, json, createServiceAccount(deps));
  account.get('/bots', reads, listServiceAccounts(deps));
  account.post('/bots/filter', reads, json, filterServiceAccounts(deps));
  account.get('/bots/:id', reads, getServiceAccount(deps));
  account.patch('/bots/:id', managesKeys, json, updateServiceAccount(deps));
  account.delete('/bots/:id', managesKeys, deleteServiceAccount(deps));
  account.post('/bots/:id/rotate_api_key', managesKeys, json, rotateServiceAccountKey(deps));

  const app = createServiceApp(lifecycle);
  app.get('/api/health', answer(true));
  app.get('/api/admin/version', answer(PREFECT_VERSION));
  app.get('/api/me/workspaces', requireApiKey(lookup), listWorkspaces(deps));
  app.use('/api/accounts/:account/workspaces/:workspace', workspace);
  app.use('/api/accounts/:account', account);
  app.use(notFound);
  app.use(databaseAway);
  app.use(errorHandler(logger));
  return app;
}

/** JSON under whatever content type, since clients send a body without one; no body is none. */
const json: RequestHandler = express.json({ limit: BODY_LIMIT, strict: false, type: () => true });

function answer(value: unknown): RequestHandler {
  return function answerConstant(_request, response) {
    response.json(value);
  };
}
