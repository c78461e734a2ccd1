import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { deduplicationRecord } from '@tributary/event-schemas';
import type { IncomingRecord, OutgoingRecord } from '@tributary/messaging';
import { createDeduplication } from './deduplication.ts';
import type { Claim } from './deduplication.ts';

const T0 = Date.parse('2026-01-02T03:04:05Z');
const webhookId = '5a3c2f66-1111-4222-8333-444455556666';

function aClaim(changes: Partial<Claim> = {}): Claim {
  const executionId = '018f4b5e-0000-7000-8000-000000000001';
  return {
    webhookId,
    key: 'a',
    executionId,
    receivedMs: T0,
    windowMs: 600_000,
    reply: { execution_id: executionId, outcome: 'emitted', cause: null, error: null },
    answeredByConsumer: false,
    ...changes,
  };
}

const nameOf = (key: string): string => `${webhookId}:${hash('sha256', key, 'hex')}`;

function setUp(maxBytes = 1_000_000) {
  const forgotten: number[] = [];
  const deduplication = createDeduplication({ maxBytes, onForgotten: (count) => forgotten.push(count) });
  /** A batch of one claim, committed. */
  const commit = (changes: Partial<Claim> = {}, partition = 0): OutgoingRecord[] => {
    const batch = deduplication.begin(partition);
    batch.firstOf(webhookId, 'x', changes.receivedMs ?? T0);
    batch.claim(aClaim(changes));
    batch.committed();
    return batch.records();
  };
  const firstOf = (key = 'a', receivedMs = T0 + 1, of = webhookId) =>
    deduplication.begin(0).firstOf(of, key, receivedMs)?.executionId;
  return { deduplication, commit, firstOf, forgotten };
}

/** As a follower of the topic hands them over. */
function follow({ read }: ReturnType<typeof createDeduplication>, log: OutgoingRecord[]): void {
  for (const { key, value, partition } of log) {
    const bytes = value === null ? null : Buffer.from(String(value));
    read({ key: Buffer.from(String(key)), value: bytes, partition } as IncomingRecord);
  }
}

describe('deduplication', () => {
  it('knows the first execution of a key, by webhook, within its window', () => {
    const { commit, firstOf } = setUp();
    commit();
    expect(firstOf()).toBe(aClaim().executionId);
    expect(firstOf('a', T0 + 599_999)).toBe(aClaim().executionId);
    expect(firstOf('a', T0 + 600_000)).toBeUndefined();
    expect(firstOf('b')).toBeUndefined();
    expect(firstOf('a', T0 + 1, '6a3c2f66-1111-4222-8333-444455556666')).toBeUndefined();
  });

  it('knows it within the batch at once, and elsewhere once that is committed', () => {
    const { deduplication, firstOf } = setUp();
    const batch = deduplication.begin(0);
    batch.claim(aClaim());
    expect(batch.firstOf(webhookId, 'a', T0)?.executionId).toBe(aClaim().executionId);
    // Aborted: nothing is left of it.
    expect(firstOf()).toBeUndefined();
    batch.committed();
    expect(firstOf()).toBe(aClaim().executionId);
  });

  it('writes what the contract says, to the partition of the requests', () => {
    const { commit } = setUp();
    const response = { status: 201, content_type: null, headers: {}, body: 'b' };
    const [record] = commit({ reply: { ...aClaim().reply, response } }, 3) as [OutgoingRecord];
    expect(record).toMatchObject({ topic: 'tributary.deduplication', partition: 3 });
    expect(record.key).toMatch(new RegExp(`^${webhookId}:[0-9a-f]{64}$`));
    expect(deduplicationRecord.parse(JSON.parse(String(record.value)))).toMatchObject({
      execution_id: aClaim().executionId,
      seen: '2026-01-02T03:04:05Z',
      expires: '2026-01-02T03:14:05Z',
      reply: { outcome: 'emitted', response },
    });
  });

  it('is restored from what it wrote', () => {
    const former = setUp();
    const { deduplication, firstOf } = setUp();
    follow(deduplication, [...former.commit(), ...former.commit({ key: 'b' })]);
    expect([firstOf('a'), firstOf('b')]).toEqual([aClaim().executionId, aClaim().executionId]);
  });

  it.each([true, false])('knows whether a consumer answers the first one (%s), also when restored', (by) => {
    const former = setUp();
    const { deduplication } = setUp();
    follow(deduplication, former.commit({ answeredByConsumer: by }));
    for (const each of [former.deduplication, deduplication])
      expect(each.begin(0).firstOf(webhookId, 'a', T0)?.answeredByConsumer).toBe(by);
  });

  it('knows better than a topic that is behind', () => {
    const { deduplication, commit, firstOf } = setUp();
    const late = commit();
    const executionId = '018f4b5e-0000-7000-8000-000000000002';
    commit({ executionId, receivedMs: T0 + 600_000 });
    follow(deduplication, late);
    expect(firstOf('a', T0 + 600_001)).toBe(executionId);
    expect(deduplication.size).toBe(1);
  });

  it('refuses a record that nobody could have written', () => {
    const { deduplication } = setUp();
    expect(() => follow(deduplication, [{ topic: 't', key: 'k', value: '{}' }])).toThrow();
  });

  it('counts a new window from the call that was no duplicate', () => {
    const { commit, firstOf } = setUp();
    commit();
    const executionId = '018f4b5e-0000-7000-8000-000000000002';
    commit({ executionId, receivedMs: T0 + 600_000 });
    expect(firstOf('a', T0 + 600_001)).toBe(executionId);
  });

  it('forgets keys whose window is over, in the time of their partition', () => {
    const { deduplication, commit, firstOf } = setUp(5_000_000);
    for (let n = 0; n < 9_999; n++) commit({ key: `old ${n}`, windowMs: 1_000 });
    // Another partition is years ahead.
    commit({ receivedMs: T0 + 10_000_000 }, 1);
    expect(deduplication.size).toBe(10_000);
    commit({ key: 'new', receivedMs: T0 + 70_000 });
    for (let n = 0; n < 10_000; n++) commit({ key: `newer ${n}`, receivedMs: T0 + 70_000 });
    expect(deduplication.size).toBe(10_002);
    expect(firstOf('new', T0 + 70_001)).toBeDefined();
  });

  it('removes the records of keys whose window is over, unless they are held again', () => {
    const { deduplication, commit, firstOf } = setUp(10_000_000);
    const names = (records: OutgoingRecord[]) => records.map(({ key, value }) => [value === null, key]);
    for (let n = 0; n < 9_999; n++) commit({ key: `old ${n}`, windowMs: 1_000 });
    commit({ key: 'now', receivedMs: T0 + 70_000 });
    const late = { receivedMs: T0 + 70_000 };
    const aborted = deduplication.begin(0);
    aborted.claim(aClaim({ key: 'old 0', ...late }));
    expect(aborted.records()).toHaveLength(500);
    const records = commit({ key: 'old 0', ...late });
    expect(names(records).filter(([isTombstone]) => isTombstone)).toHaveLength(499);
    expect(names(records).at(-1)).toEqual([false, nameOf('old 0')]);
    expect(firstOf('old 0', T0 + 70_001)).toBeDefined();
    let further = 0;
    for (let n = 0; n < 20; n++)
      further += deduplication.begin(1).records().length + commit({ key: 'now', ...late }).length - 1;
    expect(further).toBe(9_999 - 500);
  });

  it('leaves the tombstones to who wrote them first', () => {
    const { deduplication, commit } = setUp(10_000_000);
    for (let n = 0; n < 9_999; n++) commit({ key: `old ${n}`, windowMs: 1_000 });
    commit({ key: 'now', receivedMs: T0 + 70_000 });
    const batch = deduplication.begin(0);
    follow(deduplication, batch.records());
    expect(deduplication.begin(0).records()).not.toContainEqual(batch.records()[0]);
  });

  it('is bounded in bytes: the oldest keys go first, and it is told', () => {
    const { deduplication, commit, firstOf, forgotten } = setUp(60_000);
    const response = { status: 200, content_type: null, headers: {}, body: 'x'.repeat(10_000) };
    for (let n = 0; n < 200; n++) commit({ key: `${n}` });
    expect(deduplication.bytes).toBeLessThanOrEqual(60_000);
    expect([firstOf('0'), firstOf('199')]).toEqual([undefined, aClaim().executionId]);
    for (let n = 0; n < 5; n++) commit({ key: `large ${n}`, reply: { ...aClaim().reply, response } });
    expect(deduplication.bytes).toBeLessThanOrEqual(60_000);
    expect(deduplication.size + forgotten.reduce((sum, count) => sum + count, 0)).toBe(205);
  });
});
