import { z } from 'zod';
import { instant, uuid } from './event.ts';
import { webhookMethods } from './webhook.ts';

/** A step of an execution, for the timings that the API shows. */
export const executionStep = z.object({ name: z.string(), started: instant, duration_ms: z.number() });
export type ExecutionStep = z.output<typeof executionStep>;

/**
 * A captured request without its body: the record header `request` on `tributary.requests`, whose value is the body's
 * bytes exactly as received (before content-decoding).
 */
export const capturedRequest = z.object({
  execution_id: uuid,
  webhook_id: uuid,
  /** The version of the webhook that the ingress saw; it is rendered with this one or a newer. */
  webhook_version: z.int().min(1),
  account: uuid,
  workspace: uuid,
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
  /** The execution that this one repeats. */
  replay_of: uuid.nullable().default(null),
  steps: z.array(executionStep).default([]),
});
export type CapturedRequest = z.output<typeof capturedRequest>;

/** What became of an execution. */
export const outcomes = ['emitted', 'ignored', 'failed', 'rejected', 'pending'] as const;

/** Why an execution was ignored or rejected, or failed through no fault of its template. A closed list. */
export const causes = [
  'filter',
  'duplicate',
  'empty',
  'method',
  'body_too_large',
  'content_encoding',
  'malformed_json',
  'webhook_deleted',
  'internal',
] as const;

/** What went wrong, for a user: a sentence, and where (line and column from 1, or a JSON pointer) if that is known. */
export const executionError = z.object({
  message: z.string(),
  line: z.int().nullable().default(null),
  column: z.int().nullable().default(null),
  pointer: z.string().nullable().default(null),
});
export type ExecutionError = z.output<typeof executionError>;

/** The value of `tributary.outcomes`: how an execution ended. */
export const outcome = z.object({
  execution_id: uuid,
  webhook_id: uuid,
  /** The version of the webhook that was used. */
  webhook_version: z.int().min(1),
  account: uuid,
  workspace: uuid,
  received: instant,
  outcome: z.enum(outcomes).exclude(['pending']),
  cause: z.enum(causes).nullable(),
  error: executionError.nullable(),
  /** Ids of the events it made, in order; of a failed one, the failed event. */
  events: z.array(uuid),
  replay_of: uuid.nullable().default(null),
  steps: z.array(executionStep),
});
export type Outcome = z.output<typeof outcome>;

/** The outcome as the renderer tells it to the ingress that waits. */
export const outcomeReply = outcome.pick({ execution_id: true, outcome: true, cause: true, error: true });
export type OutcomeReply = z.output<typeof outcomeReply>;

/** The HTTP status that a caller gets for an outcome, in the modes that answer by it. */
export function outcomeStatus({ outcome: name }: Pick<Outcome, 'outcome'>): 204 | 400 {
  return name === 'emitted' || name === 'ignored' ? 204 : 400;
}

/** An execution as the API shows it. */
export const execution = z.object({
  id: uuid,
  webhook_id: uuid,
  received: instant,
  method: z.enum(webhookMethods),
  path: z.string(),
  outcome: z.enum(outcomes),
  cause: z.enum(causes).nullable(),
  error: executionError.nullable(),
  events: z.array(uuid),
  response: z.object({ status: z.int() }).nullable(),
  replay_of: uuid.nullable(),
  steps: z.array(executionStep),
});
export type Execution = z.output<typeof execution>;
