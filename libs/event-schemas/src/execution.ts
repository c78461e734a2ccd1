import { z } from 'zod';
import { canonicalInstant, canonicalUuid, instant, uuid } from './event.ts';
import { executionError } from './execution-error.ts';
import { consumerReply, replyAnswer } from './reply-answer.ts';
import { responseModes } from './response.ts';
import { webhookMethods } from './webhook.ts';

/** A step of an execution, for the timings that the API shows. */
const executionStep = z.object({
  name: z.string(),
  started: canonicalInstant,
  duration_ms: z.number(),
});
export type ExecutionStep = z.output<typeof executionStep>;

/**
 * A captured request without its body: the record header `request` on `tributary.requests`, whose value is the body's
 * bytes exactly as received (before content-decoding).
 */
export const capturedRequest = z.object({
  execution_id: canonicalUuid,
  webhook_id: canonicalUuid,
  /** The version of the webhook that the ingress saw; it is rendered with this one or a newer. */
  webhook_version: z.int().min(1),
  account: canonicalUuid,
  workspace: canonicalUuid,
  method: z.enum(webhookMethods),
  /** What follows the slug, percent-decoded once, without its leading slash. */
  path: z.string(),
  /** The query as sent, without the question mark. */
  query: z.string(),
  /** Name and value as sent, in order, credentials left out. */
  headers: z.array(z.tuple([z.string(), z.string()])),
  remote_address: z.string().nullable(),
  received: instant,
  /** The partition of `tributary.replies` on which the ingress waits for the outcome; null when nobody waits. */
  reply_partition: z.int().min(0).nullable(),
  /**
   * As what the caller waits, under the configuration that the ingress saw. `quiet` and `custom`: the renderer replies
   * with the outcome, and for `custom` with the answer as well. `sync`: a consumer of the events answers, and the renderer
   * replies only when there is no event (an outcome other than `emitted`). `receipt`: nobody waits.
   */
  response_mode: z.enum(responseModes).catch('quiet').default('quiet'),
  /** The execution that this one repeats. */
  replay_of: canonicalUuid.nullable().default(null),
  steps: z.array(executionStep).default([]),
});
export type CapturedRequest = z.output<typeof capturedRequest>;

/** What became of an execution. */
export const outcomes = ['emitted', 'ignored', 'failed', 'rejected', 'pending'] as const;

/**
 * Why an execution was ignored or rejected, or failed through no fault of its template. A closed list.
 *
 * Ignored: `filter`, `duplicate`, `empty`, `handshake` (answered). Failed: `internal`. Rejected: all else, and
 * `handshake` where it was refused.
 */
export const causes = [
  'filter',
  'duplicate',
  'empty',
  'handshake',
  'method',
  'address',
  'rate',
  'concurrency',
  'body_too_large',
  'url_too_long',
  'content_encoding',
  'body_incomplete',
  'credentials_missing',
  'credentials',
  'signature',
  'timestamp',
  'malformed_json',
  'schema',
  'overloaded',
  'webhook_deleted',
  'internal',
] as const;
export type Cause = (typeof causes)[number];

/** The HTTP status that a call was answered with, where it is known. */
const answeredWith = z.object({ status: z.int() });

/**
 * A refused request, or a handshake that was answered, without its body: the record header `request` on
 * `tributary.rejected`. The value is what was read of the body, perhaps nothing.
 */
export const rejectedRequest = capturedRequest.extend({
  /** Any method, since another than the webhook takes may be why. */
  method: z.string(),
  outcome: z.enum(['rejected', 'ignored']).default('rejected'),
  cause: z.enum(causes),
  error: executionError.nullable().default(null),
  response: answeredWith.nullable().default(null),
  /** False when the value is not the whole body. */
  body_complete: z.boolean().default(true),
  /** How many refusals like this one were not recorded since the last that was: above a rate they are sampled. */
  unrecorded: z.int().min(0).default(0),
});
export type RejectedRequest = z.output<typeof rejectedRequest>;

/** The value of `tributary.outcomes`: how an execution ended. */
export const outcome = z.object({
  execution_id: canonicalUuid,
  webhook_id: canonicalUuid,
  /** The version of the webhook that was used. */
  webhook_version: z.int().min(1),
  account: canonicalUuid,
  workspace: canonicalUuid,
  received: canonicalInstant,
  outcome: z.enum(outcomes).exclude(['pending']),
  cause: z.enum(causes).nullable(),
  error: executionError.nullable(),
  /** Ids of the events it made, in order; of a failed one, the failed event. */
  events: z.array(canonicalUuid),
  replay_of: canonicalUuid.nullable().default(null),
  /** Of a duplicate: the execution whose answer it got. */
  duplicate_of: canonicalUuid.nullish(),
  /** The answer that its caller was sent, where the renderer decided it. */
  response: answeredWith.nullish(),
  steps: z.array(executionStep),
});
export type Outcome = z.output<typeof outcome>;

/**
 * The outcome as the renderer tells it to the ingress that waits; `response` where the webhook's own answer was rendered.
 * `duplicate_of` of a `sync` webhook's duplicate: a consumer answers that execution, and its answer is this caller's too.
 */
export const outcomeReply = outcome
  .pick({ execution_id: true, outcome: true, cause: true, error: true, duplicate_of: true })
  .extend({ response: replyAnswer.nullish() });
export type OutcomeReply = z.output<typeof outcomeReply>;

/** The value of `tributary.replies`: the renderer's, or a consumer's. Of several of one execution the first counts. */
export const reply = z.union([outcomeReply, consumerReply]);
export type Reply = z.output<typeof reply>;

/** The value of `tributary.deduplication`: the first execution of a key, and what its caller was answered. */
export const deduplicationRecord = z.object({
  execution_id: uuid,
  webhook_id: uuid,
  /** When the first one was received; the window counts from here. */
  seen: instant,
  expires: instant,
  reply: outcomeReply.nullish(),
  /** Whether the caller of the first one waits for a consumer's answer. */
  answered_by_consumer: z.boolean().default(false),
});
export type DeduplicationRecord = z.output<typeof deduplicationRecord>;

/** The HTTP status that a caller gets for an outcome, in the modes that answer by it. */
export function outcomeStatus({ outcome: name }: Pick<Outcome, 'outcome'>): 204 | 400 {
  return name === 'emitted' || name === 'ignored' ? 204 : 400;
}

/** An execution as the API shows it. */
export const execution = z.object({
  id: uuid,
  webhook_id: uuid,
  /** The version that was used, or, while that is not known, the one that the ingress saw. */
  webhook_version: z.int().min(1),
  received: instant,
  method: z.string(),
  path: z.string(),
  outcome: z.enum(outcomes),
  cause: z.enum(causes).nullable(),
  error: executionError.nullable(),
  events: z.array(uuid),
  response: answeredWith.nullable(),
  replay_of: uuid.nullable(),
  /** Of a duplicate: the execution whose answer it got. */
  duplicate_of: uuid.nullable(),
  /** Of a refused one: how many like it were not recorded since the last that was. */
  unrecorded: z.int().min(0),
  steps: z.array(executionStep),
});
export type Execution = z.output<typeof execution>;
