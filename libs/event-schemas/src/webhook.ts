import { z } from 'zod';
import { authenticationInput, authenticationLimits, authenticationRecord } from './authentication.ts';
import { shownAuthentication } from './authentication.ts';
import { instant, uuid } from './event.ts';
import { handshakeInput, handshakeRecord, handshakeTypes, shownHandshake } from './handshake.ts';
import { responseInput, responseRecord } from './response.ts';

/** The methods a webhook can take (Prefect's documents name these six). */
export const webhookMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Bounds of a webhook's configuration. */
export const webhookLimits = {
  nameLength: 1024,
  descriptionLength: 16_384,
  /** Characters of a template. */
  templateLength: 65_536,
  /** Characters of an expression: a filter, the `when` of a route, the key of a deduplication. */
  expressionLength: 8_192,
  routes: 50,
  /** Characters of the body's JSON Schema, written as JSON. */
  schemaLength: 262_144,
  /** Bytes of a body, as sent and after content-decoding: the default and the most a webhook may ask for. */
  bodyBytes: { default: 1_048_576, max: 5_242_880 },
  /** Requests in the last second; null is none. */
  requestsPerSecond: { default: 50, max: 1_000_000 },
  /** Requests in flight on one instance; null is none. */
  concurrency: { default: 100, max: 1_000_000 },
  /** Seconds that a deduplication key is remembered at most: the topic keeps it a day longer. */
  deduplicationSeconds: { default: 600, max: 604_800 },
} as const;

const count = ({ default: usual, max }: { default: number; max: number }) =>
  z.int().min(1).max(max).nullable().default(usual);
const limitFields = {
  requests_per_second: count(webhookLimits.requestsPerSecond),
  max_body_bytes: z.int().min(1).max(webhookLimits.bodyBytes.max).default(webhookLimits.bodyBytes.default),
  concurrency: count(webhookLimits.concurrency),
};

const expression = z.string().min(1).max(webhookLimits.expressionLength);
const template = z.string().min(1).max(webhookLimits.templateLength);
const routeFields = { when: expression, template };
const deduplicationFields = {
  /** An expression; a null value is not deduplicated. */
  key: expression,
  window_seconds: z
    .int()
    .min(1)
    .max(webhookLimits.deduplicationSeconds.max)
    .default(webhookLimits.deduplicationSeconds.default),
};

/** JSON Schema of the body; management checks that it is one. */
const bodySchema = z
  .union([z.record(z.string(), z.unknown()), z.boolean()])
  .refine((value) => JSON.stringify(value).length <= webhookLimits.schemaLength, {
    error: `must be ${webhookLimits.schemaLength} characters of JSON at most`,
  });

/** Kafka's grammar of a topic's name. Whether it is below the configured prefix is for management to check. */
const topicName = z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, {
  error: 'must be 1 to 249 letters, digits, dots, dashes or underscores',
});

/** What input, answer and record have alike. */
const plainFields = {
  name: z.string().min(1).max(webhookLimits.nameLength),
  description: z.string().max(webhookLimits.descriptionLength).default(''),
  enabled: z.boolean().default(true),
  template,
  /** `json`: the template is JSON with interpolations that can neither break nor inject it. */
  template_mode: z.enum(['jinja2', 'json']).default('jinja2'),
  /** Callers send a key of this service account as their bearer token. */
  service_account_id: uuid.nullable().default(null),
  /** False: the request is `ignored`. */
  filter: expression.nullable().default(null),
  schema: bodySchema.nullable().default(null),
  parse_xml: z.boolean().default(false),
  /** A further topic that the events go to. */
  topic: topicName.nullable().default(null),
  /** False spreads the requests over all partitions, for one very hot webhook; their order is then given up. */
  ordered: z.boolean().default(true),
};

/**
 * What a user sets of a webhook, each with its default. An unknown field is refused, so that nobody believes in a
 * protection that is not there.
 */
export const webhookSettings = z.strictObject({
  ...plainFields,
  methods: z
    .array(z.enum(webhookMethods))
    .min(1)
    .max(100)
    .default([...webhookMethods]),
  response: responseInput.default({ mode: 'quiet' }),
  authentication: z.array(authenticationInput).max(authenticationLimits.entries).default([]),
  limits: z.strictObject(limitFields).prefault({}),
  routes: z.array(z.strictObject(routeFields)).max(webhookLimits.routes).default([]),
  deduplication: z.strictObject(deduplicationFields).nullable().default(null),
  handshakes: z.array(handshakeInput).max(handshakeTypes.length).default([]),
});
export type WebhookSettings = z.output<typeof webhookSettings>;
/** The body of a request that makes a webhook. */
export type WebhookInput = z.input<typeof webhookSettings>;

/** A webhook as the API shows it (Prefect: `internal/api/webhooks.go` of its Terraform provider), widened. */
export const webhook = webhookSettings.extend({
  authentication: z.array(shownAuthentication),
  handshakes: z.array(shownHandshake),
  id: uuid,
  created: instant,
  updated: instant,
  account: uuid,
  workspace: uuid,
  slug: z.string(),
  /** Of its present URL: the calls that it let pass, as ingresses report them every few seconds. */
  usage: z.object({ calls: z.int().min(0), last_used: instant.nullable() }),
});
export type Webhook = z.output<typeof webhook>;

/**
 * The settings as they are kept and published: secrets encrypted, fields that an older writer did not know at their
 * defaults, and keys unknown to this reader left out, at every level.
 */
export const settingsRecord = z.object({
  ...plainFields,
  methods: z
    .array(z.string())
    .transform((names) => webhookMethods.filter((name) => names.includes(name)))
    .default([...webhookMethods]),
  response: responseRecord.default({ mode: 'quiet' }),
  authentication: z.array(authenticationRecord).default([]),
  limits: z.object(limitFields).prefault({}),
  routes: z.array(z.object(routeFields)).default([]),
  deduplication: z.object(deduplicationFields).nullable().default(null),
  handshakes: z.array(handshakeRecord).default([]),
});
export type SettingsRecord = z.output<typeof settingsRecord>;

/** The value of a webhook on `tributary.webhooks`: everything but the slug and the secrets in clear. */
export const activeWebhook = settingsRecord.extend({
  id: uuid,
  account: uuid,
  workspace: uuid,
  /** Counts the changes, from 1. A record with a lower version than the known one is stale and ignored. */
  version: z.int().min(1),
  created: instant,
  updated: instant,
  /** SHA-256 of the slug, in hex: what the ingress looks up by. */
  slug_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The slug, encrypted under the installation's master key (libs/encryption), bound to `slugPlace`. */
  slug_encrypted: z.string(),
});
export type ActiveWebhook = z.output<typeof activeWebhook>;
/** As a writer may leave it: fields with a default can be absent. */
export type ActiveWebhookInput = z.input<typeof activeWebhook>;

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
