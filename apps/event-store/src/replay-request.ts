import { createHash } from 'node:crypto';
import { normalizeInstant, recordHeaders, topics, webhookMethods } from '@tributary/event-schemas';
import type { CapturedRequest } from '@tributary/event-schemas';
import type { OutgoingRecord } from '@tributary/messaging';
import type { StoredRequest } from './request-reader.ts';

/** Why a stored request cannot be rendered again: a sentence; undefined when it can. */
export function whyNotReplayed({
  body_complete,
  cause,
  method,
}: Pick<StoredRequest, 'body_complete' | 'cause' | 'method'>): string | undefined {
  if (cause === 'handshake') return 'It was a handshake of its sender, not a call.';
  if (!body_complete) return 'Its body was not kept whole: it was refused before the end of it was read.';
  if (!isWebhookMethod(method)) return `No webhook takes the method ${method}.`;
  return undefined;
}

/** The methods that a replay may have, as a condition on `executions e` and `execution_requests r`. */
export const REPLAYABLE = `r.body_complete and e.cause is distinct from 'handshake'
  and e.method in (${webhookMethods.map((method) => `'${method}'`).join(', ')})`;

function isWebhookMethod(method: string): method is CapturedRequest['method'] {
  return (webhookMethods as readonly string[]).includes(method);
}

/**
 * The record on `tributary.replays` that has a stored request rendered again, as an execution of its own, which names its
 * original and keeps when that was received. Nobody waits for it. {@link whyNotReplayed} must have nothing against it.
 */
export function replayRecord(
  stored: StoredRequest,
  {
    account,
    workspace,
    executionId,
    now,
  }: {
    account: string;
    workspace: string;
    executionId: string;
    now: number;
  },
): OutgoingRecord {
  const request: CapturedRequest = {
    execution_id: executionId,
    webhook_id: stored.webhook_id,
    webhook_version: stored.webhook_version,
    account,
    workspace,
    method: stored.method as CapturedRequest['method'],
    path: stored.path,
    query: stored.query,
    headers: stored.headers,
    remote_address: stored.remote_address,
    received: stored.received,
    reply_partition: null,
    response_mode: 'receipt',
    replay_of: stored.execution_id,
    steps: [{ name: 'replay', started: normalizeInstant(new Date(now).toISOString())!, duration_ms: 0 }],
  };
  return {
    topic: topics.replays.name,
    key: stored.webhook_id,
    value: stored.body,
    headers: { [recordHeaders.schemaVersion]: '1', [recordHeaders.request]: JSON.stringify(request) },
  };
}

/**
 * An execution's id (UUIDv7, RFC 9562, section 5.7) of a time in milliseconds, its random part taken from a name: equal
 * names give equal ids, so that what is done twice is one execution.
 */
export function namedExecutionId(at: number, name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes.writeUIntBE(at, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
