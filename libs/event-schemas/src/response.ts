import { z } from 'zod';

/** Bounds of an answer to a caller. */
export const responseLimits = {
  /** Milliseconds that a `sync` webhook waits for its consumer. */
  syncTimeoutMs: { default: 30_000, max: 300_000 },
  headers: 50,
  headerLength: 8_192,
  /** Bytes of a body that travels inside a reply; a larger one is stored and answered by 303. */
  inlineBytes: 262_144,
} as const;

/**
 * How a caller is answered. `quiet`: 204 or 400 without a body. `receipt`: 200 with the execution id once durable.
 * `sync`: what a consumer answers. `custom`: what the webhook says, its body a template.
 */
export const responseModes = ['quiet', 'receipt', 'sync', 'custom'] as const;
export type ResponseMode = (typeof responseModes)[number];

/** Headers that frame a message or are the system's own: an answer may not set them. */
const RESERVED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-execution-id',
]);

const headerName = z
  .string()
  .max(256)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'must be the name of a header' })
  .refine((name) => !RESERVED.has(name.toLowerCase()), { error: 'is set by the system' });

/** RFC 9110, section 5.5, without what is obsolete: visible ASCII, blanks and tabs, neither first nor last. */
const headerValue = z
  .string()
  .max(responseLimits.headerLength)
  .regex(/^(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?$/, {
    error: 'must be text that a header can hold',
  });

/** Headers of an answer, by name. */
export const responseHeaders = z
  .record(headerName, headerValue)
  .refine((headers) => Object.keys(headers).length <= responseLimits.headers, {
    error: `must be ${responseLimits.headers} headers at most`,
  });

/** The status of an answer: a final one (RFC 9110, section 15). */
export const responseStatus = z.int().min(200).max(599);

/** The media type of an answer, with its parameters. */
export const responseType = z
  .string()
  .max(256)
  .regex(/^[!#$&^_.+\w-]+\/[!#$&^_.+\w-]+(?:\s*;[\x20-\x7e]*)?$/, { error: 'must be a media type' });

const syncTimeout = z
  .int()
  .min(1)
  .max(responseLimits.syncTimeoutMs.max)
  .default(responseLimits.syncTimeoutMs.default);

const custom = {
  mode: z.literal('custom'),
  status: responseStatus.default(200),
  content_type: responseType.default('text/plain; charset=utf-8'),
  /** Static; only the body is a template. */
  headers: responseHeaders.default({}),
  /** A Jinja2 template with the context of the webhook's own, and `event`. */
  body: z.string().max(65_536).default(''),
};

/** `response` as a user sends it. */
export const responseInput = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('quiet') }),
  z.strictObject({ mode: z.literal('receipt') }),
  z.strictObject({ mode: z.literal('sync'), timeout_ms: syncTimeout }),
  z.strictObject(custom),
]);

/** `response` on `tributary.webhooks`. A mode that a reader does not know is answered as `quiet`. */
export const responseRecord = z
  .discriminatedUnion('mode', [
    z.object({ mode: z.literal('quiet') }),
    z.object({ mode: z.literal('receipt') }),
    z.object({ mode: z.literal('sync'), timeout_ms: syncTimeout }),
    z.object(custom),
  ])
  .catch({ mode: 'quiet' });
export type ResponseSettings = z.output<typeof responseRecord>;
