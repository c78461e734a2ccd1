import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { topics, usageRecord } from '@tributary/event-schemas';
import type { OutgoingRecord } from '@tributary/messaging';
import { createLogger } from '@tributary/service-runtime';
import { hook } from '../test/support/build-hook.ts';
import { createUsageCounter } from './usage-counter.ts';
import type { CountedCall } from './usage-counter.ts';

const logger = createLogger({ service: 'ingress', instance: 'test', level: 'silent' });
/** A call, in a trace whose id ends with its digit. */
function call(used: readonly string[], receivedMs: number, digit = 1): CountedCall {
  const traceId = `${digit}`.padStart(32, '0');
  const traceContext = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: '1'.repeat(16), traceFlags: 1 });
  return { used, receivedMs, traceContext };
}

const SECRET = '0190a0a0-0000-7000-8000-0000000000aa';

function counter(publish: (record: OutgoingRecord) => Promise<unknown>) {
  return createUsageCounter({ publish, intervalMs: 3_600_000, maxAtOnce: 2, now: () => 9_000, logger });
}

describe('usage', () => {
  it('is told in one record per webhook, by secret and by URL', async () => {
    const records: OutgoingRecord[] = [];
    const usage = counter((record) => Promise.resolve(records.push(record)));
    const [before, after] = [hook({ slugSha256: 'a'.repeat(64) }), hook({ slugSha256: 'b'.repeat(64) })];
    usage.count(before, call([SECRET], 1_000));
    usage.count(before, call([], 2_000));
    usage.count(after, call([SECRET], 3_000, 3));
    await usage.stop!();
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ topic: topics.usage.name, key: before.id });
    // The record belongs to the last call.
    expect(trace.getSpanContext(records[0]!.traceContext!)?.traceId).toMatch(/03$/);
    expect(usageRecord.parse(JSON.parse(records[0]!.value as string))).toMatchObject({
      webhook_id: before.id,
      since: '1970-01-01T00:00:01Z',
      until: '1970-01-01T00:00:09Z',
      secrets: [{ id: SECRET, calls: 2, last_used: '1970-01-01T00:00:03Z' }],
      urls: [
        { slug_sha256: 'a'.repeat(64), calls: 2, last_used: '1970-01-01T00:00:02Z' },
        { slug_sha256: 'b'.repeat(64), calls: 1, last_used: '1970-01-01T00:00:03Z' },
      ],
    });
  });

  it('of many webhooks is told a few at a time', async () => {
    let [flying, most, sent] = [0, 0, 0];
    const usage = counter(async () => {
      most = Math.max(most, ++flying);
      await new Promise(setImmediate);
      flying--;
      sent++;
    });
    for (let index = 0; index < 25; index++) usage.count(hook({ id: `${index}` }), call([], 0));
    await usage.stop!();
    expect({ most, sent, left: usage.size }).toEqual({ most: 2, sent: 25, left: 0 });
  });

  it('that Kafka does not take is lost, and nothing else', async () => {
    const usage = counter(() => Promise.reject(new Error('no broker')));
    usage.count(hook(), call([], 0));
    await expect(usage.stop!()).resolves.toBeUndefined();
  });
});
