import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClientEvent } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { anyEvent } from './builders.ts';
import { createHarness } from './harness.ts';
import type { Harness, Workspace } from './harness.ts';

interface Page {
  events: (ClientEvent & { received: string })[];
  total: number;
  next_page: string | null;
}

let harness: Harness;
let origin: string;
beforeAll(async () => {
  harness = await createHarness();
  ({ origin } = await harness.startStore());
});
afterAll(() => harness.close());

async function search(ws: Workspace, body?: unknown): Promise<Page> {
  const response = await ws.call('POST', '/events/filter', body);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

/** Sends events and waits until all of them are found. */
async function send(ws: Workspace, events: ClientEvent[]): Promise<void> {
  expect((await ws.call('POST', '/events', events)).status).toBe(204);
  const filter = {
    id: { id: events.map(({ id }) => id) },
    occurred: { since: '2000-01-01', until: '2100-01-01' },
  };
  await eventually(async () => (await search(ws, { filter })).total === new Set(filter.id.id).size);
}

const ids = ({ events }: Page) => events.map(({ id }) => id);

describe('POST /events', () => {
  it('(20) wants a list, and says where an event is wrong; one bad event refuses all', async () => {
    const ws = await harness.workspace(origin);
    const good = anyEvent();
    const { id: _, occurred: __, ...bad } = anyEvent();
    const response = await ws.call('POST', '/events', [good, bad]);
    expect(response.status).toBe(422);
    const answer = await response.json();
    expect(answer).toMatchObject({
      exception_message: 'Invalid request received.',
      exception_detail: [
        { type: 'missing', loc: ['body', 1, 'id'], msg: 'Field required' },
        { type: 'missing', loc: ['body', 1, 'occurred'] },
      ],
      request_body: [{ id: good.id }, { event: 'thing.happened' }],
      detail: [{ loc: ['body', 1, 'id'], type: 'missing' }, { loc: ['body', 1, 'occurred'] }],
    });
    const long = await ws.call('POST', '/events', [anyEvent({ event: 'n'.repeat(100_000) })]);
    expect([long.status, (await long.text()).length < 1_000]).toEqual([422, true]);
    const single = await ws.call('POST', '/events', good);
    expect(await single.json()).toMatchObject({ exception_detail: [{ type: 'list_type', loc: ['body'] }] });
    expect((await ws.call('POST', '/events', [])).status).toBe(204);
    // What is refused is nowhere: an event sent after it is found, it is not.
    await send(ws, [anyEvent()]);
    expect((await search(ws)).total).toBe(1);
  });

  it('names a body that is no JSON, and one that is missing', async () => {
    const ws = await harness.workspace(origin);
    const broken = await ws.call('POST', '/events', '[{');
    expect(broken.status).toBe(422);
    expect(await broken.json()).toMatchObject({
      exception_detail: [{ type: 'json_invalid', loc: ['body'] }],
    });
    const none = await ws.call('POST', '/events');
    expect(none.status).toBe(422);
    expect(await none.json()).toMatchObject({ exception_detail: [{ type: 'missing', loc: ['body'] }] });
  });

  it.each([
    ['501 labels', { resource: labels(501) }, 422],
    ['500 labels', { resource: labels(500) }, 204],
    ['101 related', { related: related(101) }, 422],
    ['100 related', { related: related(100) }, 204],
    ['a name of 1025 characters', { event: 'n'.repeat(1025) }, 422],
    ['a name of 1024 characters', { event: '\u{1F600}'.repeat(1024) }, 204],
    ['a label that is no string', { resource: { 'prefect.resource.id': 'a', n: 1 } }, 422],
    ['a payload that is no object', { payload: [] }, 422],
    ['an empty resource id', { resource: { 'prefect.resource.id': '' } }, 422],
    ['a related resource without a role', { related: [{ 'prefect.resource.id': 'a' }] }, 422],
  ])('(21) %s', async (_what, fields, status) => {
    const ws = await harness.workspace(origin);
    const event = { ...anyEvent(), ...fields } as ClientEvent;
    expect((await ws.call('POST', '/events', [event])).status).toBe(status);
    if (status === 204) await eventually(async () => (await search(ws)).total === 1);
  });

  it('(22) stores an id once, the first wins, and says 204 both times', async () => {
    const ws = await harness.workspace(origin);
    const id = randomUUID();
    await send(ws, [anyEvent({ id, event: 'first' })]);
    await send(ws, [anyEvent({ id, event: 'second' }), anyEvent({ id: randomUUID(), event: 'after' })]);
    expect((await search(ws)).events.map(({ event }) => event).sort()).toEqual(['after', 'first']);
    const elsewhere = await harness.workspace(origin);
    await send(elsewhere, [anyEvent({ id, event: 'of another workspace' })]);
  });

  it('(23) answers all keys, UTC times with Z, and every digit of a number', async () => {
    const ws = await harness.workspace(origin);
    const id = randomUUID();
    const resource = '{"prefect.resource.id":"x"}';
    const event = `[{"id":"${id.toUpperCase()}","occurred":"2026-01-02T03:04:05.123+01:00","event":"e","resource":${resource},"data":1,
      "payload":{"big":12345678901234567890,"float":1.0,"nul":"\\u0000","half":"\\ud800"}}]`;
    expect((await ws.call('POST', '/events', event)).status).toBe(204);
    const read = await eventually(async () => {
      const response = await ws.call('GET', `/events/${id}`);
      expect(response.status).toBe(200);
      return response.text();
    });
    expect(Object.keys(JSON.parse(read) as object).sort()).toEqual([
      'account',
      'event',
      'follows',
      'id',
      'occurred',
      'payload',
      'received',
      'related',
      'resource',
      'workspace',
    ]);
    expect(read).toContain('"big":12345678901234567890,"float":1.0,"nul":"\\u0000","half":"\\ud800"');
    expect(JSON.parse(read)).toMatchObject({
      id,
      occurred: '2026-01-02T02:04:05.123000Z',
      follows: null,
      related: [],
    });
    const page = await ws.call('POST', '/events/filter', { filter: { occurred: { since: '2026-01-01' } } });
    expect(await page.text()).toContain(read);
  });

  it('(24) refuses a batch with an event over 1,500,000 bytes with 413, and takes nothing of it', async () => {
    const ws = await harness.workspace(origin);
    const large = anyEvent({ payload: { text: 'x'.repeat(1_500_000) } });
    const response = await ws.call('POST', '/events', [anyEvent(), large]);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('index 1') });
    const nearly = anyEvent({ payload: { text: 'x'.repeat(1_499_000) } });
    await send(ws, [nearly]);
    expect(ids(await search(ws))).toEqual([nearly.id]);
    const body = await ws.call('POST', '/events', `["${'x'.repeat(6_000_000)}"]`);
    expect(body.status).toBe(413);
  });

  it('keeps names, ids and labels of any length and any character', async () => {
    const ws = await harness.workspace(origin);
    const id = `${'\u{1F600}'.repeat(5_000)}\0\ud800`;
    await send(ws, [
      anyEvent({ resource: { 'prefect.resource.id': id, ['k\0'.repeat(3_000)]: 'v\0'.repeat(9_000) } }),
    ]);
    expect(
      (await search(ws, { filter: { resource: { id: [id] } } })).events[0]?.resource['prefect.resource.id'],
    ).toBe(id);
  });
});

describe('authentication of the events API', () => {
  it("refuses in Prefect's shape", async () => {
    const ws = await harness.workspace(origin, ['events:read']);
    const wrong = await fetch(`${origin}/api/events/filter`, {
      method: 'POST',
      headers: { authorization: 'Bearer nope' },
    });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('content-type')).toMatch('application/json');
    expect(await wrong.json()).toEqual({ exception_message: 'Unauthorized', detail: expect.any(String) });
    const lacking = await ws.call('POST', '/events', [anyEvent()]);
    expect(lacking.status).toBe(403);
    expect(await lacking.json()).toMatchObject({
      exception_message: expect.stringContaining('events:write'),
    });
    const missing = await ws.call('GET', `/events/${randomUUID()}`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ exception_message: expect.any(String) });
  });

  it('shows a workspace to its own keys only, and serves it under /api alone too', async () => {
    const [mine, other] = [await harness.workspace(origin), await harness.workspace(origin)];
    const event = anyEvent();
    await send(mine, [event]);
    expect((await search(other)).total).toBe(0);
    expect((await other.call('GET', `/events/${event.id}`)).status).toBe(404);
    const across = await fetch(
      `${origin}/api/accounts/${mine.account}/workspaces/${mine.workspace}/events/filter`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${other.key}` },
      },
    );
    expect(across.status).toBe(404);
    const short = await fetch(`${origin}/api/events/filter`, {
      method: 'POST',
      headers: { authorization: `Bearer ${mine.key}` },
    });
    expect(ids((await short.json()) as Page)).toEqual([event.id]);
  });
});

describe('POST /events/filter', () => {
  it('(25) defaults: the last 180 days until now, newest first, 50 of them; limits 0 to 200', async () => {
    const ws = await harness.workspace(origin);
    const now = Date.now();
    const at = (ms: number) => new Date(now + ms).toISOString();
    const recent = Array.from({ length: 60 }, (_, index) => anyEvent({ occurred: at(-index * 1000 - 1000) }));
    const [old, future] = [
      anyEvent({ occurred: at(-182 * 86_400_000) }),
      anyEvent({ occurred: at(3_600_000) }),
    ];
    await send(ws, [...recent, old, future]);
    const page = await search(ws);
    expect(page.total).toBe(60);
    expect(ids(page)).toEqual(recent.slice(0, 50).map(({ id }) => id));
    expect(await search(ws, { filter: null, limit: 100, unknown: 1 })).toMatchObject({
      total: 60,
      next_page: null,
    });
    expect(await search(ws, { limit: 0 })).toEqual({ events: [], total: 60, next_page: null });
    expect((await search(ws, { limit: 200 })).events).toHaveLength(60);
    for (const wrong of [
      { limit: 201 },
      { limit: -1 },
      { filter: { unknown: {} } },
      { filter: { event: { names: [] } } },
      { filter: { occurred: null } },
      { filter: { order: null } },
      { filter: { related: [{ id_prefix: ['x'] }] } },
      { filter: { text: { query: 'x'.repeat(201) } } },
    ]) {
      const response = await ws.call('POST', '/events/filter', wrong);
      expect({ wrong, status: response.status }).toEqual({ wrong, status: 422 });
      expect(await response.json()).toMatchObject({
        exception_detail: [expect.anything()],
        detail: [expect.anything()],
      });
    }
  });

  it('(25) includes both ends of the range, to the microsecond', async () => {
    const ws = await harness.workspace(origin);
    const occurred = '2026-05-01T10:00:00.000001Z';
    await send(ws, [anyEvent({ occurred })]);
    const total = async (since: string, until: string) =>
      (await search(ws, { filter: { occurred: { since, until } } })).total;
    expect(await total(occurred, occurred)).toBe(1);
    expect(await total('2026-05-01T10:00:00.000002Z', '2026-05-01T10:00:00.000003Z')).toBe(0);
    expect(await total('2026-05-01T09:00:00Z', '2026-05-01T10:00:00Z')).toBe(0);
  });

  it.each(['ASC', 'DESC'] as const)(
    '(25) pages %s through events of one instant: none twice, none left out',
    async (order) => {
      const ws = await harness.workspace(origin);
      const occurred = '2026-05-01T10:00:00.123456Z';
      const events = Array.from({ length: 25 }, () => anyEvent({ occurred }));
      await send(ws, events);
      const filter = { order, occurred: { since: '2026-05-01', until: '2026-05-02' } };
      let page = await search(ws, { filter, limit: 10 });
      const seen = ids(page);
      const sizes = [page.events.length];
      while (page.next_page !== null) {
        expect(page.next_page).toMatch(
          /^http:\/\/localhost:4200\/api\/accounts\/.*\/events\/filter\/next\?page-token=/,
        );
        const { pathname, search: query } = new URL(page.next_page);
        const response = await fetch(`${origin}${pathname}${query}`, {
          headers: { authorization: `Bearer ${ws.key}` },
        });
        page = (await response.json()) as Page;
        expect(page.total).toBe(25);
        sizes.push(page.events.length);
        seen.push(...ids(page));
      }
      expect(sizes).toEqual([10, 10, 5]);
      const sorted = events.map(({ id }) => id).sort();
      expect(seen).toEqual(order === 'ASC' ? sorted : sorted.reverse());
    },
  );

  it('(25) refuses a token that is not its own, or of another workspace', async () => {
    const [ws, other] = [await harness.workspace(origin), await harness.workspace(origin)];
    await send(ws, [anyEvent(), anyEvent()]);
    const { next_page: next } = await search(ws, { limit: 1 });
    const token = new URL(next!).searchParams.get('page-token')!;
    const ask = async (who: Workspace, text: string) => {
      const response = await who.call('GET', `/events/filter/next${text}`);
      return [response.status, await response.json()];
    };
    expect(await ask(ws, `?page-token=${token}`)).toMatchObject([200, { total: 2, next_page: null }]);
    const forged = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const bad of [forged, 'nonsense', '']) {
      expect(await ask(ws, `?page-token=${bad}`)).toEqual([403, { detail: 'Forbidden' }]);
    }
    expect(await ask(other, `?page-token=${token}`)).toEqual([403, { detail: 'Forbidden' }]);
    expect((await ask(ws, ''))[0]).toBe(422);
  });

  it('takes the filter as the real client sends it, every unset key null', async () => {
    const ws = await harness.workspace(origin);
    const event = anyEvent();
    await send(ws, [event]);
    const filter = {
      occurred: { since: '2020-01-01T00:00:00+00:00', until: '2099-01-01T00:00:00Z' },
      event: { prefix: null, exclude_prefix: null, name: [], exclude_name: null },
      resource: { id: [], id_prefix: null, labels: null, distinct: false },
      related: null,
      any_resource: null,
      id: { id: [] },
      text: null,
      order: 'DESC',
    };
    expect(ids(await search(ws, { filter, limit: 100 }))).toEqual([event.id]);
  });
});

describe('what a filter lets pass (26)', () => {
  let ws: Workspace;
  beforeAll(async () => {
    ws = await harness.workspace(origin);
    const occurred = (index: number) => new Date(Date.now() - 60_000 + index).toISOString();
    const resource = (id: string, more: Record<string, string> = {}) => ({
      'prefect.resource.id': id,
      ...more,
    });
    const role = (id: string, name: string, more = {}) =>
      resource(id, { 'prefect.resource.role': name, ...more });
    await send(ws, [
      anyEvent({
        id: uuidOf(1),
        occurred: occurred(1),
        event: 'order.created',
        resource: resource('shop.order.1', {
          env: 'production',
          size: '50%_a',
          'prefect.resource.name': 'Order "1"',
        }),
        related: [role('customer.a', 'buyer', { tier: 'gold' }), role('clerk.x', 'seller')],
        payload: { note: 'Connection timeout', list: ['[ab]'] },
      }),
      anyEvent({
        id: uuidOf(2),
        occurred: occurred(2),
        event: 'order.created.late',
        resource: resource('shop.order.2', { env: 'staging', size: '50xya' }),
        related: [role('customer.b', 'buyer', { tier: 'silver' }), role('clerk.x', 'seller')],
        payload: { note: 'straße \\ "quoted"', odd: '\0\0\ud800 \\u0000' },
      }),
      anyEvent({
        id: uuidOf(3),
        occurred: occurred(3),
        event: 'Order.deleted',
        resource: resource('shop.order.1', { size: '[ab]' }),
        related: [role('customer.a', 'auditor')],
      }),
    ]);
  });

  const byLabel = (labels: object) => ({ resource: { labels } });
  it.each<[what: string, filter: object, found: number[]]>([
    ['a name', { event: { name: ['order.created'] } }, [1]],
    ['names, of which one must be it', { event: { name: ['order.created', 'Order.deleted'] } }, [1, 3]],
    ['a prefix, its case counts', { event: { prefix: ['order.'] } }, [1, 2]],
    ['a prefix is literal', { event: { prefix: ['%', 'order_'] } }, []],
    [
      'excluded prefixes and names',
      { event: { exclude_prefix: ['Order'], exclude_name: ['order.created'] } },
      [2],
    ],
    ['a primary resource', { resource: { id: ['shop.order.1'] } }, [1, 3]],
    ['a related one is no primary', { resource: { id: ['customer.a'] } }, []],
    ['a prefix of the primary', { resource: { id_prefix: ['shop.order.2', 'shop.x'] } }, [2]],
    ['the last of each resource', { resource: { distinct: true }, order: 'DESC' }, [2, 3]],
    ['the first of each resource', { resource: { distinct: true }, order: 'ASC' }, [1, 2]],
    ['a label', byLabel({ env: 'production' }), [1]],
    ['values of a label are alternatives', byLabel({ env: ['production', 'staging'] }), [1, 2]],
    ['labels must all match', byLabel({ env: ['production', 'staging'], size: '50xya' }), [2]],
    ['a missing label never matches, negated neither', byLabel({ env: '!production' }), [2]],
    ['negated values must all not match', byLabel({ env: ['!production', '!staging'] }), []],
    ['positive and negated together', byLabel({ env: ['*', '!stag*'] }), [1]],
    ['no value matches nothing', byLabel({ env: [] }), []],
    ['* is any run', byLabel({ env: '*o*ction' }), [1]],
    ['? is one character', byLabel({ size: '50??a' }), [1, 2]],
    ['% and _ are literal', byLabel({ size: '50%_?' }), [1]],
    ['[ is literal', byLabel({ size: '[a*' }), [3]],
    ['case counts in patterns', byLabel({ env: 'PROD*' }), []],
    ['the id is a label too', byLabel({ 'prefect.resource.id': 'shop.*.2' }), [2]],
    ['a related id', { related: { id: ['customer.a'] } }, [1, 3]],
    ['related leaves the primary out', { related: { id: ['shop.order.1'] } }, []],
    ['a role', { related: { role: ['auditor'] } }, [3]],
    ['id and role of one and the same', { related: { id: ['customer.a'], role: ['seller'] } }, []],
    [
      'resources in roles',
      {
        related: {
          resources_in_roles: [
            ['customer.a', 'buyer'],
            ['customer.b', 'x'],
          ],
        },
      },
      [1],
    ],
    ['labels of a related one', { related: { labels: { tier: '*' } } }, [1, 2]],
    ['a role among labels is exact', { related: { labels: { 'prefect.resource.role': ['buy*'] } } }, []],
    ['a role among labels', { related: { labels: { 'prefect.resource.role': 'buyer' } } }, [1, 2]],
    [
      'several related filters must all hold',
      { related: [{ id: ['clerk.x'] }, { id: ['customer.b'] }] },
      [2],
    ],
    ['any resource', { any_resource: { id: ['customer.a', 'shop.order.2'] } }, [1, 2, 3]],
    ['a prefix of any resource', { any_resource: { id_prefix: ['cler'] } }, [1, 2]],
    [
      'any resources must all hold',
      { any_resource: [{ id: ['shop.order.1'] }, { labels: { tier: 'gold' } }] },
      [1],
    ],
    ['an id', { id: { id: [uuidOf(2), uuidOf(9)] } }, [2]],
    ['text: words are alternatives', { text: { query: 'TIMEOUT straße' } }, [1, 2]],
    ['text: a phrase', { text: { query: '"connection timeout"' } }, [1]],
    ['text: required and excluded', { text: { query: '+order -deleted !timeout' } }, [2]],
    ['text: as it was written, not as JSON escapes it', { text: { query: '"\\\\ \\"quoted"' } }, [2]],
    ['text: wildcards of SQL are literal', { text: { query: '50%_a' } }, [1]],
    ['text: beside what Postgres cannot hold', { text: { query: '\\u0000' } }, [2]],
    ['text: keys of ours are not searched', { text: { query: 'occurred' } }, []],
    ['text: blank means nothing', { text: { query: ' - ' } }, [1, 2, 3]],
  ])('%s', async (_what, filter, found) => {
    const page = await search(ws, { filter: { order: 'ASC', ...filter } });
    expect(ids(page).sort()).toEqual(found.map(uuidOf));
    expect(page.total).toBe(found.length);
  });
});

describe('POST /events/count-by', () => {
  it('(27) counts by time, with the empty buckets, and refuses more than 1000', async () => {
    const ws = await harness.workspace(origin);
    await send(
      ws,
      ['10:00:00', '10:59:59.999999', '12:00:00'].map((time) =>
        anyEvent({ occurred: `2026-05-01T${time}Z` }),
      ),
    );
    const occurred = { since: '2026-05-01T10:30:00Z', until: '2026-05-01T12:30:00Z' };
    const count = (by: string, body: object) => ws.call('POST', `/events/count-by/${by}`, body);
    const hours = await count('time', { filter: { occurred }, time_unit: 'hour' });
    expect(await hours.json()).toEqual(
      [1, 0, 1].map((events, index) => ({
        value: expect.any(String),
        label: `2026-05-01T${10 + index}:00:00Z`,
        count: events,
        start_time: `2026-05-01T${10 + index}:00:00Z`,
        end_time: `2026-05-01T${10 + index}:59:59.999999Z`,
      })),
    );
    const days = await count('day', { filter: { occurred: { since: '2026-04-30', until: '2026-05-02' } } });
    expect((await days.json()) as object[]).toMatchObject([{ count: 0 }, { count: 3 }]);
    const many = await count('time', { filter: { occurred }, time_unit: 'second', time_interval: 1 });
    expect(many.status).toBe(422);
    expect(await many.json()).toEqual({ detail: expect.stringContaining('7200 buckets') });
    expect((await count('time', { filter: {}, time_interval: 0.001 })).status).toBe(422);
    expect((await count('time', {})).status).toBe(422);
    expect((await count('colour', { filter: {} })).status).toBe(422);
  });

  it('(27) makes no bucket after the unit of time that is now', async () => {
    const ws = await harness.workspace(origin);
    const filter = { occurred: { since: new Date().toISOString(), until: '2099-01-01' } };
    const response = await ws.call('POST', '/events/count-by/time', {
      filter,
      time_unit: 'week',
      time_interval: 4,
    });
    expect((await response.json()) as object[]).toHaveLength(1);
  });

  it('(27) counts by event and by resource, the most frequent first, under the newest name', async () => {
    const ws = await harness.workspace(origin);
    const resource = (id: string, name?: string) => ({
      'prefect.resource.id': id,
      ...(name === undefined ? {} : { 'prefect.resource.name': name }),
    });
    const at = (second: number) => `2026-05-01T10:00:0${second}Z`;
    await send(ws, [
      anyEvent({ occurred: at(0), event: 'b', resource: resource('r.1', 'old') }),
      anyEvent({ occurred: at(1), event: 'a', resource: resource('r.1', 'new') }),
      anyEvent({ occurred: at(2), event: 'a', resource: resource('r.2') }),
      anyEvent({ occurred: at(3), event: 'c', resource: resource('r.0') }),
    ]);
    const filter = { occurred: { since: '2026-05-01', until: '2026-05-02' } };
    const count = async (by: string) =>
      (
        (await (await ws.call('POST', `/events/count-by/${by}`, { filter })).json()) as Record<
          string,
          unknown
        >[]
      ).map(({ value, label, count: events }) => [value, label, events]);
    expect(await count('event')).toEqual([
      ['a', 'a', 2],
      ['b', 'b', 1],
      ['c', 'c', 1],
    ]);
    expect(await count('resource')).toEqual([
      ['r.1', 'new', 2],
      ['r.0', 'r.0', 1],
      ['r.2', 'r.2', 1],
    ]);
  });
});

function uuidOf(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

function labels(count: number): Record<string, string> {
  const entries = Array.from({ length: count - 1 }, (_, index) => [`label.${index}`, 'x']);
  return Object.fromEntries([['prefect.resource.id', 'a'], ...entries]) as Record<string, string>;
}

function related(count: number): Record<string, string>[] {
  return Array.from({ length: count }, (_, index) => ({
    'prefect.resource.id': `r.${index}`,
    'prefect.resource.role': 'part',
  }));
}
