import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tributary/testing';
import { createPartitions } from '../src/partitions.ts';
import { dropExpired } from '../src/retention.ts';
import { anyEvent, eventRecordOf } from './builders.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness.close());

const now = Date.parse('2026-06-30T12:00:00Z');
const days = { events: 30, executions: 20, requests: 7 };

async function partitionsOf(table: string): Promise<string[]> {
  const { rows } = await harness.pool.query<{ name: string }>(
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = to_regclass($1) order by 1',
    [table],
  );
  return rows.map(({ name }) => name);
}

/** How many are held in this database: a run of the retention holds one until it ends. */
async function advisoryLocks(): Promise<number> {
  const { rows } = await harness.pool.query<{ held: number }>(
    `select count(*)::int as held from pg_locks join pg_database d on d.oid = database
      where locktype = 'advisory' and datname = current_database()`,
  );
  return rows[0]!.held;
}

describe('partitions', () => {
  it('are made ahead, and by several instances at once', async () => {
    const many = Array.from({ length: 6 }, () => createPartitions(harness.pool, { now: () => now }));
    await Promise.all(many.map((partitions) => partitions.ensureAhead()));
    const expected = ['20260630', '20260701', '20260702'];
    for (const table of [
      'events',
      'event_resources',
      'executions',
      'execution_requests',
      'execution_answers',
    ]) {
      expect(await partitionsOf(table)).toEqual(expected.map((day) => `${table}_${day}`));
    }
  });

  it('are dropped when their whole day is older than the retention, each kind by its own, with the ids', async () => {
    const partitions = createPartitions(harness.pool, { now: () => now });
    await partitions.ensure('events', ['2026-05-30', '2026-05-31']);
    await partitions.ensure('executions', ['2026-06-09', '2026-06-10', '2026-06-22', '2026-06-23']);
    await harness.pool.query(
      `insert into event_ids values ($1, gen_random_uuid(), '2026-05-30T23:59:59.999999Z'), ($1, gen_random_uuid(), '2026-05-31')`,
      [randomUUID()],
    );
    // What an interrupted run leaves behind: a partition that is detached and not dropped.
    await harness.pool.query(
      'alter table event_resources detach partition event_resources_20260530 concurrently',
    );
    const results = await Promise.all([1, 2, 3].map(() => dropExpired(harness.pool, { days, now })));
    expect(results.flat().sort()).toEqual([
      'event_resources_20260530',
      'events_20260530',
      'execution_answers_20260609',
      'execution_answers_20260610',
      'execution_answers_20260622',
      'execution_requests_20260609',
      'execution_requests_20260610',
      'execution_requests_20260622',
      'executions_20260609',
    ]);
    expect(await partitionsOf('events')).toContain('events_20260531');
    expect(await partitionsOf('execution_requests')).toContain('execution_requests_20260623');
    const { rows } = await harness.pool.query('select received::date::text as day from event_ids');
    expect(rows).toEqual([{ day: '2026-05-31' }]);
    expect(await dropExpired(harness.pool, { days, now })).toEqual([]);
  });

  it('are made on demand for an old event, and again after retention has dropped them under a running instance', async () => {
    const store = await harness.startStore();
    const ws = await harness.workspace(store.origin);
    // The instance's own first run, by today's date, drops what the tests above have made, and would prune the id below.
    await eventually(
      async () =>
        !(await partitionsOf('execution_requests')).includes('execution_requests_20260623') &&
        (await advisoryLocks()) === 0,
    );
    const received = '2026-02-03T04:05:06Z';
    const send = async () => {
      const event = anyEvent();
      await harness.publisher.publish(eventRecordOf(event, { ...ws, received }));
      await eventually(async () => (await ws.call('GET', `/events/${event.id}`)).status === 200);
      return event;
    };
    const first = await send();
    expect(await partitionsOf('events')).toContain('events_20260203');
    await eventually(async () =>
      (await dropExpired(harness.pool, { days, now })).includes('events_20260203'),
    );
    expect(await partitionsOf('events')).not.toContain('events_20260203');
    expect((await ws.call('GET', `/events/${first.id}`)).status).toBe(404);
    await send();
    expect(await partitionsOf('events')).toContain('events_20260203');
    await store.stop();
  });
});
