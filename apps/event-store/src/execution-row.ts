import { capturedRequest, outcome } from '@tributary/event-schemas';
import type { CapturedRequest, Outcome } from '@tributary/event-schemas';
import type { z } from 'zod';
import { PoisonRecordError } from './errors.ts';
import { requirePast } from './event-row.ts';
import { dayOf } from './partitions.ts';
import { storableText } from './storable-text.ts';

/** A captured request in the columns' names of `executions` and `execution_requests`. */
export interface RequestRow {
  id: string;
  day: string;
  workspace: string;
  webhook_id: string;
  webhook_version: number;
  received: string;
  replay_of: string | null;
  method: string;
  path: string;
  awaited: boolean;
  steps: CapturedRequest['steps'];
  query: string;
  headers: CapturedRequest['headers'];
  remote_address: string | null;
  content_type: string | null;
  /** Base64: JSON, in which a batch travels, has no bytes. */
  body: string;
}

/** An outcome in the columns' names of `executions`. */
export interface OutcomeRow extends Omit<Outcome, 'execution_id' | 'account'> {
  id: string;
  day: string;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

/** The day in an execution's id (RFC 9562, section 5.7): where it is stored. Undefined when the id is no UUIDv7. */
export function executionDay(id: string): string | undefined {
  if (!UUID_V7.test(id)) return undefined;
  const instant = new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
  // 48 bits reach to the year 10889, which has a sign and six digits.
  return instant.getUTCFullYear() > 9999 ? undefined : dayOf(instant);
}

/** Reads a record of `tributary.requests`: header and body. Throws {@link PoisonRecordError}. */
export function requestRow(header: string | undefined, body: Buffer | null, now: number): RequestRow {
  if (header === undefined) throw new PoisonRecordError('the record has no header "request"');
  const request = parse(capturedRequest, header, 'the header "request"');
  return {
    id: request.execution_id,
    day: storedDay(request.execution_id, now),
    workspace: request.workspace,
    webhook_id: request.webhook_id,
    webhook_version: request.webhook_version,
    received: request.received,
    replay_of: request.replay_of,
    method: request.method,
    path: storableText(request.path),
    awaited: request.reply_partition !== null,
    steps: request.steps,
    query: storableText(request.query),
    headers: request.headers,
    remote_address: request.remote_address,
    content_type: request.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? null,
    body: body?.toString('base64') ?? '',
  };
}

/** Reads the value of a record of `tributary.outcomes`. Throws {@link PoisonRecordError}. */
export function outcomeRow(value: string, now: number): OutcomeRow {
  const { execution_id: id, account: _, ...rest } = parse(outcome, value, 'the value');
  return { ...rest, id, day: storedDay(id, now) };
}

function storedDay(id: string, now: number): string {
  const day = executionDay(id);
  if (day === undefined) throw new PoisonRecordError(`the execution id ${id} is no UUIDv7`);
  requirePast(`${day}T00:00:00Z`, now);
  return day;
}

function parse<T extends z.ZodType>(schema: T, text: string, what: string): z.output<T> {
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
