import { describe, expect, it } from '@jest/globals';
import { capturedRequest } from '@tributary/event-schemas';
import { executionDay } from './execution-row.ts';
import { namedExecutionId, replayRecord, whyNotReplayed } from './replay-request.ts';

const at = Date.parse('2026-01-02T03:04:05Z');

describe('namedExecutionId', () => {
  it('is a UUIDv7 of the time, and the same for the same name', () => {
    const id = namedExecutionId(at, 'a');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(executionDay(id)).toBe('2026-01-02');
    expect(namedExecutionId(at, 'a')).toBe(id);
    expect(namedExecutionId(at, 'b')).not.toBe(id);
  });
});

describe('whyNotReplayed', () => {
  const good = { body_complete: true, cause: null, method: 'POST' };
  it.each([
    [good, undefined],
    [{ ...good, cause: 'signature' as const }, undefined],
    [{ ...good, cause: 'handshake' as const }, /handshake/],
    [{ ...good, body_complete: false }, /not kept whole/],
    [{ ...good, method: 'TRACE' }, /TRACE/],
  ])('%j', (request, reason) => {
    if (reason) expect(whyNotReplayed(request)).toMatch(reason);
    else expect(whyNotReplayed(request)).toBeUndefined();
  });
});

it('a replay is a captured request that names its original', () => {
  const original = namedExecutionId(at, 'original');
  const [account, workspace, webhook_id] = ['account', 'workspace', 'webhook'].map((name) =>
    namedExecutionId(at, name),
  ) as [string, string, string];
  const stored = {
    execution_id: original,
    webhook_id,
    webhook_version: 3,
    method: 'PUT',
    path: 'a',
    query: 'b=c',
    headers: [['content-type', 'text/plain'] as [string, string]],
    remote_address: null,
    received: '2026-01-02T03:04:05.5Z',
    content_type: 'text/plain',
    body_complete: true,
    body: Buffer.from([0, 255]),
    outcome: 'rejected' as const,
    cause: 'signature' as const,
  };
  const executionId = namedExecutionId(at, 'replay');
  const record = replayRecord(stored, { account, workspace, executionId, now: at });
  expect(record).toMatchObject({ topic: 'tributary.replays', key: webhook_id, value: stored.body });
  expect(capturedRequest.parse(JSON.parse(record.headers!['request']!))).toMatchObject({
    execution_id: executionId,
    replay_of: original,
    received: '2026-01-02T03:04:05.500000Z',
    reply_partition: null,
    webhook_version: 3,
    method: 'PUT',
  });
});
