import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { OutgoingRecord } from '@tributary/messaging';
import { createLogger } from '@tributary/service-runtime';
import { createRefusalRecorder } from './refusal-record.ts';
import type { RefusalOptions, RefusedCall } from './refusal-record.ts';

const call: RefusedCall = {
  webhookId: 'w',
  outcome: 'rejected',
  cause: 'signature',
  message: 'No.',
  status: 403,
  body: [Buffer.from('half '), Buffer.from('and half')],
  bodyComplete: true,
  request: () => '{"execution_id":"e"}',
  traceContext: ROOT_CONTEXT,
};

function recorder(changes: Partial<RefusalOptions> = {}) {
  const records: OutgoingRecord[] = [];
  const clock = { ms: 0 };
  const made = createRefusalRecorder({
    publish: (record) => Promise.resolve(records.push(record)),
    perSecond: 2,
    totalPerSecond: 3,
    bytesPerSecond: 20,
    now: () => clock.ms,
    logger: createLogger({ service: 'ingress', instance: 'test', level: 'silent' }),
    ...changes,
  });
  return { ...made, records, clock, count: () => made.unrecorded };
}

const said = (record: OutgoingRecord | undefined): unknown => JSON.parse(record!.headers!['request']!);

describe('a refusal', () => {
  it('is recorded with its body, its cause and what was said', () => {
    const { record, records } = recorder();
    record(call);
    expect(records[0]).toMatchObject({
      topic: 'tributary.rejected',
      key: 'w',
      value: Buffer.from('half and half'),
    });
    expect(said(records[0])).toEqual({
      execution_id: 'e',
      outcome: 'rejected',
      cause: 'signature',
      error: { message: 'No.' },
      response: { status: 403 },
      body_complete: true,
      unrecorded: 0,
    });
  });

  it('is sampled above a rate, of its kind and of all, and the next one says how many were not recorded', () => {
    const { record, records, clock, count } = recorder();
    for (let index = 0; index < 10; index++) record(call);
    for (let index = 0; index < 10; index++) record({ ...call, cause: 'rate' });
    expect(records.map(said)).toMatchObject([
      { cause: 'signature' },
      { cause: 'signature' },
      { cause: 'rate' },
    ]);
    expect(count()).toBe(17);
    clock.ms = 1_000;
    record(call);
    record({ ...call, cause: 'rate' });
    expect(records.slice(3).map(said)).toMatchObject([{ unrecorded: 8 }, { unrecorded: 9 }]);
  });

  it('comes without its body where bodies are too many bytes, and says so', () => {
    const { record, records } = recorder({ perSecond: 10, totalPerSecond: 10 });
    record({ ...call, body: [Buffer.alloc(1_000)] });
    record(call);
    record({ ...call, body: [] });
    expect(records.map(({ value }) => value?.length)).toEqual([1_000, 0, 0]);
    expect(records.map(said)).toMatchObject([
      { body_complete: true },
      { body_complete: false },
      { body_complete: true },
    ]);
  });

  it('that Kafka does not take counts as not recorded', async () => {
    let up = false;
    const records: OutgoingRecord[] = [];
    const { record, count } = recorder({
      publish: (each) => (up ? Promise.resolve(records.push(each)) : Promise.reject(new Error('no broker'))),
    });
    record(call);
    await new Promise(setImmediate);
    up = true;
    record(call);
    expect(said(records[0])).toMatchObject({ unrecorded: 1 });
    expect(count()).toBe(1);
  });
});
