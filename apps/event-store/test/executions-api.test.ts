import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CapturedRequest, Execution } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { anyRequest, executionId, nowText, outcomeOf, outcomeRecordOf, requestRecordOf } from './builders.ts';
import { createHarness } from './harness.ts';
import type { Harness, Workspace } from './harness.ts';

let harness: Harness;
let origin: string;
let ws: Workspace;
beforeAll(async () => {
  harness = await createHarness();
  ({ origin } = await harness.startStore());
  ws = await harness.workspace(origin);
});
afterAll(() => harness.close());

const body = Buffer.from([0, 255, 128, 10]);
const storeRequest = (request: CapturedRequest) => harness.publisher.publish(requestRecordOf(request, body));

const readExecution = (id: string, wanted: Partial<Execution> = {}): Promise<Execution> =>
  eventually(async () => {
    const response = await ws.call('GET', `/executions/${id}`);
    expect(response.status).toBe(200);
    const execution = (await response.json()) as Execution;
    expect(execution).toMatchObject(wanted);
    return execution;
  });

describe('GET /executions/{id}', () => {
  it('shows a request as pending, and then its outcome', async () => {
    const request = anyRequest(ws);
    await storeRequest(request);
    const { execution_id: id, webhook_id, received, steps } = request;
    const pending = { id, webhook_id, webhook_version: 1, received, method: 'POST', path: 'a/b' };
    expect(await readExecution(id)).toEqual({
      ...pending,
      outcome: 'pending',
      cause: null,
      error: null,
      events: [],
      response: null,
      replay_of: null,
      duplicate_of: null,
      unrecorded: 0,
      steps,
    });
    const error = { message: 'unexpected end of template', line: 1, column: 4, pointer: null };
    const outcome = outcomeOf(request, { outcome: 'failed', error });
    await harness.publisher.publish(outcomeRecordOf(outcome));
    expect(await readExecution(id, { outcome: 'failed' })).toEqual({
      ...pending,
      outcome: 'failed',
      cause: null,
      error,
      events: outcome.events,
      response: { status: 400 },
      replay_of: null,
      duplicate_of: null,
      unrecorded: 0,
      steps: [...steps, ...outcome.steps],
    });
  });

  it('takes the outcome before the request too, and of two outcomes the first', async () => {
    const request = anyRequest(ws, { reply_partition: null, response_mode: 'receipt' });
    const { execution_id: id } = request;
    await harness.publisher.publish(outcomeRecordOf(outcomeOf(request)));
    await harness.publisher.publish(
      outcomeRecordOf(outcomeOf(request, { outcome: 'ignored', cause: 'filter' })),
    );
    await eventually(async () => {
      const { rows } = await harness.pool.query('select from executions where id = $1', [id]);
      return rows.length === 1;
    });
    expect((await ws.call('GET', `/executions/${id}`)).status).toBe(404);
    await storeRequest(request);
    expect(await readExecution(id, { method: 'POST' })).toMatchObject({
      outcome: 'emitted',
      response: { status: 200 },
    });
  });

  it('finds one of another day, as its id says, and creates the partition on demand', async () => {
    const request = anyRequest(ws, { execution_id: executionId(Date.parse('2026-03-04T05:06:07Z')) });
    await storeRequest(request);
    await readExecution(request.execution_id);
    const { rows } = await harness.pool.query("select to_regclass('executions_20260304') as partition");
    expect(rows).toEqual([{ partition: 'executions_20260304' }]);
  });

  it.each(['0', randomUUID(), executionId()])('answers 404 as a problem for %s', async (id) => {
    const response = await ws.call('GET', `/executions/${id}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    expect(await response.json()).toMatchObject({ title: 'Not Found', status: 404 });
  });

  it('shows an execution to its own workspace only', async () => {
    const request = anyRequest(ws);
    await storeRequest(request);
    await readExecution(request.execution_id);
    const other = await harness.workspace(origin);
    expect((await other.call('GET', `/executions/${request.execution_id}`)).status).toBe(404);
    expect((await other.call('GET', `/executions/${request.execution_id}/request`)).status).toBe(404);
  });
});

describe('GET /executions/{id}/request', () => {
  it('gives the bytes under their own type, not for a browser to show', async () => {
    const request = anyRequest(ws);
    await storeRequest(request);
    await readExecution(request.execution_id);
    const response = await ws.call('GET', `/executions/${request.execution_id}/request`);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=latin1');
    expect(response.headers.get('content-disposition')).toBe('attachment');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
  });

  it('gives no bytes of an empty body', async () => {
    const request = anyRequest(ws, { headers: [], path: 'nul\0' });
    await harness.publisher.publish(requestRecordOf(request, Buffer.alloc(0)));
    await readExecution(request.execution_id);
    const response = await ws.call('GET', `/executions/${request.execution_id}/request`);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });
});

describe('POST /executions/filter', () => {
  it('pages through the executions of a webhook, the newest first', async () => {
    const [webhook, other] = [randomUUID(), randomUUID()];
    const received = nowText();
    const requests = Array.from({ length: 5 }, () => anyRequest(ws, { webhook_id: webhook, received }));
    for (const request of [...requests, anyRequest(ws, { webhook_id: other })]) await storeRequest(request);
    await harness.publisher.publish(outcomeRecordOf(outcomeOf(requests[0]!)));
    const search = async (query: object) => {
      const response = await ws.call('POST', '/executions/filter', query);
      expect(response.status).toBe(200);
      return (await response.json()) as { executions: Execution[]; next_cursor: string | null };
    };
    await eventually(async () => {
      const found = await search({ filter: { webhook_id: [webhook, other] } });
      expect(found.executions).toHaveLength(6);
    });
    const expected = requests
      .map((request) => request.execution_id)
      .sort()
      .reverse();
    const first = await search({ filter: { webhook_id: webhook }, limit: 3 });
    const second = await search({ filter: { webhook_id: webhook }, limit: 3, cursor: first.next_cursor });
    expect([...first.executions, ...second.executions].map(({ id }) => id)).toEqual(expected);
    expect(second.next_cursor).toBeNull();
    await readExecution(requests[0]!.execution_id, { outcome: 'emitted' });
    const emitted = await search({
      filter: { webhook_id: webhook, outcome: 'emitted', received: { since: received } },
    });
    expect(emitted.executions.map(({ id }) => id)).toEqual([requests[0]!.execution_id]);
  });

  it.each([
    [{ limit: 0 }, '/limit'],
    [{ filter: { outcome: ['lost'] } }, '/filter/outcome/0'],
    [{ filter: { colour: 'red' } }, '/filter/colour'],
    [{ cursor: 'made up' }, '/cursor'],
  ])('refuses %j', async (query, pointer) => {
    const response = await ws.call('POST', '/executions/filter', query);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ status: 422, errors: [{ pointer }] });
  });
});
