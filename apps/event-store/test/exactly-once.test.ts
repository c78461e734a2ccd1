import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordHeaders, topics } from '@tributary/event-schemas';
import { createPartitionReader } from '@tributary/messaging';
import type { IncomingRecord } from '@tributary/messaging';
import { MOVED, placeParameters, storeOnce } from '@tributary/postgres';
import type { Place, Queryable } from '@tributary/postgres';
import { eventually } from '@tributary/testing';
import {
  anyEvent,
  anyRequest,
  eventRecordOf,
  outcomeOf,
  outcomeRecordOf,
  requestRecordOf,
} from './builders.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness.close());

const owner = () => ({ account: randomUUID(), workspace: randomUUID() });

async function storedIds(workspace: string): Promise<string[]> {
  const { rows } = await harness.pool.query<{ id: string }>('select id from events where workspace = $1', [
    workspace,
  ]);
  return rows.map(({ id }) => id);
}

/** Events of many resources, so that they spread over all partitions. */
async function publishEvents(count: number, of: { account: string; workspace: string }): Promise<string[]> {
  const events = Array.from({ length: count }, (_, index) =>
    anyEvent({ resource: { 'prefect.resource.id': `r.${index % 50}` } }),
  );
  await Promise.all(events.map((event) => harness.publisher.publish(eventRecordOf(event, of))));
  return events.map(({ id }) => id).sort();
}

describe('each event is stored exactly once', () => {
  it('when an instance takes over the partitions of another in the middle of the stream', async () => {
    const of = owner();
    const first = await harness.startStore({ INSTANCE_ID: '0' });
    const before = await publishEvents(500, of);
    const joining = harness.startStore({ INSTANCE_ID: '1' });
    const during = await publishEvents(500, of);
    const second = await joining;
    const after = await publishEvents(500, of);
    await first.stop();
    const last = await publishEvents(500, of);
    const all = [...before, ...during, ...after, ...last].sort();
    await eventually(async () => (await storedIds(of.workspace)).length >= all.length);
    expect((await storedIds(of.workspace)).sort()).toEqual(all);
    await second.stop();
  });

  it('when an instance that was stalled writes what its successor has stored already', async () => {
    // Straight at the function that both instances call: no test can stall one of two in the same process.
    const [topic, partition] = [`t-${randomUUID()}`, 3];
    const batch = (from: bigint, to: bigint, known: bigint) => ({
      topic,
      partition,
      from: known,
      next: to + 1n,
      records: Array.from({ length: Number(to - from) + 1 }, (_, index) => ({
        offset: from + BigInt(index),
      })),
    });
    const written: bigint[] = [];
    const write = async (client: Queryable, fresh: { offset: bigint }[], place: Place): Promise<void> => {
      written.push(...fresh.map(({ offset }) => offset));
      const { rows } = await client.query<{ partition: number }>(
        `with ${MOVED} select partition from moved`,
        placeParameters(topic, [place]),
      );
      expect(rows).toEqual([{ partition: place.partition }]);
    };
    await storeOnce(harness.pool, batch(0n, 4n, 0n), write);
    await Promise.all([
      storeOnce(harness.pool, batch(5n, 9n, 5n), write),
      storeOnce(harness.pool, batch(5n, 12n, 5n), write),
      storeOnce(harness.pool, batch(5n, 7n, 5n), write),
    ]);
    expect(written.sort((a, b) => Number(a - b))).toEqual(
      Array.from({ length: 13 }, (_, index) => BigInt(index)),
    );
    await expect(storeOnce(harness.pool, batch(20n, 21n, 20n), write)).rejects.toThrow(
      /went back from 20 to 13/,
    );
    const failing = storeOnce(harness.pool, batch(13n, 13n, 13n), () =>
      Promise.reject(new Error('crashed here')),
    );
    await expect(failing).rejects.toThrow('crashed here');
    await storeOnce(harness.pool, batch(13n, 13n, 13n), write);
    expect(written.at(-1)).toBe(13n);
  });

  it('when Postgres ends every connection again and again', async () => {
    const of = owner();
    const store = await harness.startStore();
    const publishing = publishEvents(1_000, of);
    for (let time = 0; time < 5; time += 1) {
      await harness.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'event-store%'",
      );
    }
    const ids = await publishing;
    await eventually(async () => (await storedIds(of.workspace)).length >= ids.length);
    expect((await storedIds(of.workspace)).sort()).toEqual(ids);
    await store.stop();
  });

  it('when its topic was made anew and counts from the start again', async () => {
    const of = owner();
    await harness.pool.query(
      `insert into positions select $1, n, 1000000000 from generate_series(0, ${topics.events.partitions - 1}) n
       on conflict (topic, partition) do update set next_offset = excluded.next_offset`,
      [topics.events.name],
    );
    const ids = await publishEvents(100, of);
    const store = await harness.startStore();
    await eventually(async () => (await storedIds(of.workspace)).length >= ids.length);
    expect((await storedIds(of.workspace)).sort()).toEqual(ids);
    await store.stop();
  });
});

describe('a record that cannot be stored', () => {
  it('goes to the dead letters with its reason, and what follows it is stored', async () => {
    const store = await harness.startStore();
    const letters: IncomingRecord[] = [];
    const readers = Array.from({ length: topics.deadLetters.partitions }, (_, partition) =>
      createPartitionReader(harness.messaging, {
        topic: topics.deadLetters.name,
        partition,
        onRecord: (record) => letters.push(record),
      }),
    );
    for (const reader of readers) await reader.start();
    const of = owner();
    const headers = { [recordHeaders.schemaVersion]: '1', mine: 'kept' };
    const key = 'poison';
    const send = (topic: string, value: string, more = {}) =>
      harness.publisher.publish({ topic, key, value, headers: { ...headers, ...more } });
    const far = anyEvent({ resource: { 'prefect.resource.id': key } });
    const good = anyEvent({ resource: { 'prefect.resource.id': key } });
    await send(topics.events.name, 'no JSON');
    await send(topics.events.name, '{"event":"incomplete"}');
    await harness.publisher.publish(eventRecordOf(far, { ...of, received: '2999-01-01T00:00:00Z' }));
    await harness.publisher.publish(eventRecordOf(good, of));
    await send(topics.requests.name, 'body of a request without its header');
    const request = anyRequest(of);
    await harness.publisher.publish(requestRecordOf(request, Buffer.from('x')));
    await harness.publisher.publish({
      ...outcomeRecordOf(outcomeOf(request, { execution_id: randomUUID() })),
      key,
    });
    await harness.publisher.publish({ ...outcomeRecordOf(outcomeOf(request)), key });

    await eventually(async () => (await storedIds(of.workspace)).includes(good.id));
    await eventually(async () => {
      const { rows } = await harness.pool.query('select outcome, method from executions where id = $1', [
        request.execution_id,
      ]);
      expect(rows).toEqual([{ outcome: 'emitted', method: 'POST' }]);
    });
    await eventually(() => letters.length >= 5);
    const reasons = letters.map(({ headers: all }) => all['tributary_dead_letter_reason']);
    expect(reasons.sort()).toEqual([
      expect.stringMatching(/^received \(2999-01-01T00:00:00Z\) lies after tomorrow/),
      expect.stringMatching(/^the execution id .* is no UUIDv7$/),
      'the record has no header "request"',
      expect.stringMatching(/^the value is no event: /),
      'the value is not JSON',
    ]);
    const broken = letters.find(({ value }) => value?.toString() === 'no JSON');
    expect(broken?.headers).toMatchObject({ mine: 'kept', tributary_dead_letter_topic: topics.events.name });
    for (const reader of readers) await reader.stop();
    await store.stop();
  });
});
