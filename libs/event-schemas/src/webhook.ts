import { z } from 'zod';
import { instant, uuid } from './event.ts';

/** The methods a webhook can take (Prefect's documents name these six). */
export const webhookMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type WebhookMethod = (typeof webhookMethods)[number];

/** Bounds of a webhook's configuration. */
export const webhookLimits = {
  nameLength: 1024,
  descriptionLength: 16_384,
  /** Characters of a template. */
  templateLength: 65_536,
  /** Bytes of a body, as sent and after content-decoding: the default and the most a webhook may ask for. */
  bodyBytes: { default: 1_048_576, max: 5_242_880 },
} as const;

/** How a caller is answered. `quiet`: 204 or 400 without a body. `receipt`: 200 with the execution id once durable. */
const response = z.strictObject({ mode: z.enum(['quiet', 'receipt']) });

const limits = z.strictObject({
  max_body_bytes: z.int().min(1).max(webhookLimits.bodyBytes.max).default(webhookLimits.bodyBytes.default),
});

/**
 * What a user sets of a webhook, each with its default. A field that is not here is not supported yet and refused, so
 * that nobody believes in a protection that is not there.
 */
export const webhookSettings = z.strictObject({
  name: z.string().min(1).max(webhookLimits.nameLength),
  description: z.string().max(webhookLimits.descriptionLength).default(''),
  enabled: z.boolean().default(true),
  template: z.string().min(1).max(webhookLimits.templateLength),
  template_mode: z.enum(['jinja2']).default('jinja2'),
  service_account_id: z.null().default(null),
  methods: z
    .array(z.enum(webhookMethods))
    .min(1)
    .default([...webhookMethods]),
  response: response.default({ mode: 'quiet' }),
  limits: limits.default({ max_body_bytes: webhookLimits.bodyBytes.default }),
  /** False spreads the requests over all partitions, for one very hot webhook; their order is then given up. */
  ordered: z.boolean().default(true),
});
export type WebhookSettings = z.output<typeof webhookSettings>;

/** A webhook as the API shows it (Prefect: `internal/api/webhooks.go` of its Terraform provider), widened. */
export const webhook = webhookSettings.extend({
  id: uuid,
  created: instant,
  updated: instant,
  account: uuid,
  workspace: uuid,
  slug: z.string(),
});
export type Webhook = z.output<typeof webhook>;

/** The value of a webhook on `tributary.webhooks`: everything but the slug in clear. */
export const activeWebhook = z.object({
  ...webhookSettings.shape,
  id: uuid,
  account: uuid,
  workspace: uuid,
  /** Counts the changes, from 1. A record with a lower version than the known one is stale and ignored. */
  version: z.int().min(1),
  created: instant,
  updated: instant,
  /** SHA-256 of the slug, in hex: what the ingress looks up by. */
  slug_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The slug, encrypted under the installation's master key (libs/encryption). */
  slug_encrypted: z.string(),
});
export type ActiveWebhook = z.output<typeof activeWebhook>;

/** A webhook that is gone. It stays until no request of it can be on its way any more, then a tombstone follows. */
export const deletedWebhook = z.object({ deleted: z.literal(true), id: uuid, version: z.int().min(1) });

export const webhookRecord = z.union([deletedWebhook, activeWebhook]);
export type WebhookRecord = z.output<typeof webhookRecord>;

/** The id of the resource that stands for a webhook in events. */
export function webhookResourceId(webhookId: string): string {
  return `prefect-cloud.webhook.${webhookId}`;
}

/** The event that says that a call could not be interpreted. */
export const WEBHOOK_FAILED = 'prefect-cloud.webhook.failed';
