import { capturedRequest, outcome, rejectedRequest } from '@tributary/event-schemas';
import type { CapturedRequest, Outcome, RejectedRequest } from '@tributary/event-schemas';
import type { z } from 'zod';
import { PoisonRecordError } from './errors.ts';
import { requirePast } from './event-row.ts';
import { dayOf } from './partitions.ts';
import { storableText } from './storable-text.ts';

/** A captured request in the columns' names of `executions` and `execution_requests`. */
export interface RequestRow {
  partition: number;
  id: string;
  day: string;
  workspace: string;
  webhook_id: string;
  webhook_version: number;
  received: string;
  replay_of: string | null;
  method: string;
  path: string;
  response_mode: CapturedRequest['response_mode'];
  reply_partition: number | null;
  steps: CapturedRequest['steps'];
  query: string;
  headers: CapturedRequest['headers'];
  remote_address: string | null;
  content_type: string | null;
  body: Buffer;
}

/** A refused request, or an answered handshake: request and outcome in one. */
export interface RejectedRow extends RequestRow {
  outcome: RejectedRequest['outcome'];
  cause: RejectedRequest['cause'];
  error: RejectedRequest['error'];
  response_status: number | null;
  body_complete: boolean;
  unrecorded: number;
}

/** An outcome in the columns' names of `executions`. */
export interface OutcomeRow extends Omit<Outcome, 'execution_id' | 'account' | 'response' | 'duplicate_of'> {
  partition: number;
  id: string;
  day: string;
  response_status: number | null;
  duplicate_of: string | null;
}

/** Where a record was read, and when. */
export interface Reading {
  partition: number;
  now: number;
}

const NO_BYTES = Buffer.alloc(0);

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

/** The day in an execution's id (RFC 9562, section 5.7): where it is stored. Undefined when the id is no UUIDv7. */
export function executionDay(id: string): string | undefined {
  if (!UUID_V7.test(id)) return undefined;
  const instant = new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
  // 48 bits reach to the year 10889, which has a sign and six digits.
  return instant.getUTCFullYear() > 9999 ? undefined : dayOf(instant);
}

/** Reads a record of `tributary.requests` or `tributary.replays`: header and body. Throws {@link PoisonRecordError}. */
export function requestRow(header: string | undefined, body: Buffer | null, reading: Reading): RequestRow {
  return toRow(parseHeader(capturedRequest, header), body, reading);
}

/** Reads a record of `tributary.rejected`. Throws {@link PoisonRecordError}. */
export function rejectedRow(header: string | undefined, body: Buffer | null, reading: Reading): RejectedRow {
  const rejected = parseHeader(rejectedRequest, header);
  const { outcome: name, cause, error, response, body_complete, unrecorded } = rejected;
  return {
    ...toRow(rejected, body, reading),
    outcome: name,
    cause,
    error: storableError(error),
    response_status: response?.status ?? null,
    body_complete,
    unrecorded,
  };
}

/** Reads the value of a record of `tributary.outcomes`. Throws {@link PoisonRecordError}. */
export function outcomeRow(value: string, { partition, now }: Reading): OutcomeRow {
  const { execution_id: id, account: _, response, ...rest } = parse(outcome, value, 'the value');
  return {
    ...rest,
    partition,
    id,
    day: storedDay(id, now),
    error: storableError(rest.error),
    response_status: response?.status ?? null,
    duplicate_of: rest.duplicate_of ?? null,
  };
}

function toRow(
  request: CapturedRequest | RejectedRequest,
  body: Buffer | null,
  { partition, now }: Reading,
): RequestRow {
  return {
    partition,
    id: request.execution_id,
    day: storedDay(request.execution_id, now),
    workspace: request.workspace,
    webhook_id: request.webhook_id,
    webhook_version: request.webhook_version,
    received: request.received,
    replay_of: request.replay_of,
    method: storableText(request.method),
    path: storableText(request.path),
    response_mode: request.response_mode,
    reply_partition: request.reply_partition,
    steps: request.steps,
    query: storableText(request.query),
    headers: request.headers,
    remote_address: request.remote_address,
    content_type: request.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? null,
    body: body ?? NO_BYTES,
  };
}

/** The message of an error may quote what a caller sent. */
function storableError(error: Outcome['error']): Outcome['error'] {
  return (
    error && {
      ...error,
      message: storableText(error.message),
      pointer: error.pointer && storableText(error.pointer),
    }
  );
}

function parseHeader<T extends z.ZodType>(schema: T, header: string | undefined): z.output<T> {
  if (header === undefined) throw new PoisonRecordError('the record has no header "request"');
  return parse(schema, header, 'the header "request"');
}

/** The partition's day of an execution's id. Throws {@link PoisonRecordError} for an id that has none. */
export function storedDay(id: string, now: number): string {
  const day = executionDay(id);
  if (day === undefined) throw new PoisonRecordError(`the execution id ${id} is no UUIDv7`);
  requirePast(`${day}T00:00:00Z`, now);
  return day;
}

/** Reads JSON by its schema. Throws {@link PoisonRecordError}. */
export function parse<T extends z.ZodType>(schema: T, text: string, what: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PoisonRecordError(`${what} is not JSON`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new PoisonRecordError(
    `${what} is not valid: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}
