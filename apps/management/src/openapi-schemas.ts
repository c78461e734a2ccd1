import { scopes, webhook, webhookSettings } from '@tributary/event-schemas';
import { z } from 'zod';
import { auditActions } from './audit-log.ts';
import { newApiKey } from './http/create-api-key.ts';
import { newServiceAccount } from './http/create-service-account.ts';
import { keyRotation } from './http/rotate-service-account-key.ts';
import { serviceAccountChange } from './http/update-service-account.ts';
import { webhookChanges } from './webhook-store.ts';

const text = z.string();
const time = z.iso.datetime();
const id = z.guid();
const apiKey = z.object({
  id,
  name: text,
  scopes: z.array(z.enum(scopes)),
  created: time,
  expires: time.nullable(),
});
const serviceAccount = z.object({
  id,
  created: time,
  updated: time,
  account_id: id,
  actor_id: id,
  name: text,
  account_role_name: text,
  scopes: z.array(z.enum(scopes)),
  api_key: z.object({
    id,
    created: time,
    name: text,
    expiration: time.nullable(),
    last_used: time.nullable(),
    key: text.optional(),
  }),
});
const named = z.object({ name: z.object({ any_: z.array(text) }) });
const paged = { limit: z.int().optional(), cursor: text.optional() };
const { id: _id, created: _created, updated: _updated, ...rest } = webhook.shape;
const { account: _account, workspace: _workspace, slug: _slug, usage: _usage, ...settings } = rest;

/** What the calls of the API take and answer, by name. */
export const schemas: Record<string, z.ZodType> = {
  NewWebhook: webhookSettings,
  WebhookChange: webhookSettings.partial(),
  Webhook: webhook,
  Webhooks: z.array(webhook),
  WebhookFilter: z.object({ webhooks: named.optional(), ...paged }),
  WebhookVersions: z.array(
    z.object({
      version: z.int(),
      change: z.enum(webhookChanges),
      changed: z.array(text),
      created: time,
      api_key_id: id,
      api_key_name: text.nullable(),
      settings: z.object(settings),
    }),
  ),
  NewApiKey: newApiKey,
  CreatedApiKey: apiKey.extend({ key: text }),
  ApiKeys: z.array(apiKey),
  NewServiceAccount: newServiceAccount,
  ServiceAccount: serviceAccount,
  ServiceAccounts: z.array(serviceAccount),
  ServiceAccountFilter: z.object({ service_accounts: named.optional(), ...paged }),
  ServiceAccountChange: serviceAccountChange,
  KeyRotation: keyRotation,
  AuditEntries: z.array(
    z.object({
      id: text,
      occurred: time,
      actor: z.object({ type: z.literal('api_key'), id, name: text }),
      action: z.enum(auditActions),
      resource: z.object({ type: text, id, name: text }),
      version: z.int().nullable(),
      changed: z.array(text),
    }),
  ),
  Workspaces: z.array(
    z.object({
      account_id: id,
      account_name: text,
      account_handle: text,
      workspace_id: id,
      workspace_name: text,
      workspace_description: text,
      workspace_handle: text,
    }),
  ),
  Problem: z.object({
    type: text,
    title: text,
    status: z.int(),
    detail: text.optional(),
    errors: z
      .array(
        z.object({
          pointer: text.optional(),
          detail: text,
          line: z.int().optional(),
          column: z.int().optional(),
        }),
      )
      .optional(),
  }),
};
