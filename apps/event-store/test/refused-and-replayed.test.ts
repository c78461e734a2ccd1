import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyRing, signResponseUrl } from '@tributary/encryption';
import { capturedRequest, topics } from '@tributary/event-schemas';
import type { CapturedRequest, Execution } from '@tributary/event-schemas';
import { createPartitionReader } from '@tributary/messaging';
import type { IncomingRecord, PartitionReader } from '@tributary/messaging';
import { eventually } from '@tributary/testing';
import {
  anyRequest,
  outcomeOf,
  outcomeRecordOf,
  rejectedRecordOf,
  replyRecordOf,
  requestRecordOf,
} from './builders.ts';
import { createHarness, masterKey } from './harness.ts';
import type { Harness, Workspace } from './harness.ts';

let harness: Harness;
let origin: string;
let ws: Workspace;
const replies: IncomingRecord[] = [];
const replays: IncomingRecord[] = [];
const readers: PartitionReader[] = [];
const REPLY_PARTITION = 5;

beforeAll(async () => {
  harness = await createHarness();
  const { messaging } = harness;
  const read = (topic: string, partition: number, into: IncomingRecord[]) =>
    createPartitionReader(messaging, { topic, partition, onRecord: (record) => into.push(record) });
  readers.push(read(topics.replies.name, REPLY_PARTITION, replies));
  for (let partition = 0; partition < topics.replays.partitions; partition += 1)
    readers.push(read(topics.replays.name, partition, replays));
  await Promise.all(readers.map((reader) => reader.start()));
  ({ origin } = await harness.startStore());
  ws = await harness.workspace(origin);
});
afterAll(async () => {
  for (const reader of readers) await reader.stop();
  await harness.close();
});

const body = Buffer.from([0, 255, 128, 10]);
const store = (request: CapturedRequest, bytes = body) =>
  harness.publisher.publish(requestRecordOf(request, bytes));

const execution = (id: string, wanted: object = {}): Promise<Execution> =>
  eventually(async () => {
    const response = await ws.call('GET', `/executions/${id}`);
    expect(response.status).toBe(200);
    const found = (await response.json()) as Execution;
    expect(found).toMatchObject(wanted);
    return found;
  });

describe('a refused request', () => {
  it('is an execution, with its cause, its answer and its raw request', async () => {
    const request = anyRequest(ws);
    const error = { message: 'The signature is wrong.', line: null, column: null, pointer: null };
    const rejected = { cause: 'signature' as const, error, response: { status: 403 }, unrecorded: 4 };
    await harness.publisher.publish(rejectedRecordOf(request, rejected, body));
    const id = request.execution_id;
    await execution(id, { outcome: 'rejected', events: [], ...rejected });

    const explanation = await (await ws.call('GET', `/executions/${id}/explain`)).json();
    expect(explanation).toMatchObject({
      outcome: 'rejected',
      summary:
        'It was refused: its signature is wrong (The signature is wrong). 4 more like it before it were not recorded.',
      stopped: { after: 'verify', error },
      answer: 'The caller was answered 403.',
      steps: [{ name: 'verify', sentence: 'Its credentials were checked, in 0.4 ms.' }],
    });
    expect(await (await ws.call('GET', `/executions/${id}/request?format=json`)).json()).toEqual({
      execution_id: id,
      webhook_id: request.webhook_id,
      webhook_version: 1,
      method: 'POST',
      path: 'a/b',
      query: 'x=1',
      headers: request.headers,
      remote_address: '192.0.2.1',
      received: request.received,
      content_type: 'text/plain; charset=latin1',
      body_complete: true,
      body: body.toString('base64'),
      body_encoding: 'base64',
    });
    expect((await ws.call('GET', `/executions/${id}/request?format=xml`)).status).toBe(400);
  });

  it('may have any method, a handshake is ignored, and both are found by what they are', async () => {
    const webhook_id = randomUUID();
    const [trace, shaken, quiet] = [1, 2, 3].map(() => anyRequest(ws, { webhook_id })) as [
      CapturedRequest,
      CapturedRequest,
      CapturedRequest,
    ];
    await harness.publisher.publish(
      rejectedRecordOf(trace, { method: 'TRACE', cause: 'method', response: { status: 405 } }, body),
    );
    await harness.publisher.publish(
      rejectedRecordOf(shaken, { outcome: 'ignored', cause: 'handshake', response: { status: 200 } }, body),
    );
    await store(quiet);
    await execution(trace.execution_id, { method: 'TRACE' });
    await execution(shaken.execution_id, {
      outcome: 'ignored',
      cause: 'handshake',
      response: { status: 200 },
    });
    await execution(quiet.execution_id);
    const find = async (filter: object) => {
      const response = await ws.call('POST', '/executions/filter', { filter: { webhook_id, ...filter } });
      const { executions } = (await response.json()) as { executions: Execution[] };
      return executions.map(({ id }) => id);
    };
    expect(await find({ cause: 'handshake' })).toEqual([shaken.execution_id]);
    expect(await find({ cause: ['method', 'rate'], outcome: 'rejected' })).toEqual([trace.execution_id]);
    expect(await find({ method: 'POST', outcome: 'pending' })).toEqual([quiet.execution_id]);
    for (const { execution_id: id } of [trace, shaken])
      expect((await ws.call('POST', `/executions/${id}/replay`)).status).toBe(409);
  });
});

describe('POST /executions/{id}/replay', () => {
  it('has the request rendered again, as an execution of its own', async () => {
    const request = anyRequest(ws);
    await harness.publisher.publish(
      rejectedRecordOf(request, { cause: 'signature', response: { status: 403 } }, body),
    );
    await execution(request.execution_id);
    const response = await ws.call('POST', `/executions/${request.execution_id}/replay`);
    expect(response.status).toBe(202);
    const { id, ...rest } = (await response.json()) as { id: string };
    expect(rest).toEqual({
      replay_of: request.execution_id,
      original: { outcome: 'rejected', cause: 'signature' },
    });
    const record = await eventually(() => {
      const found = replays.find(({ headers }) => headers['request']?.includes(id));
      expect(found).toBeDefined();
      return found!;
    });
    expect(record.value).toEqual(body);
    const { steps: _, ...captured } = capturedRequest.parse(JSON.parse(record.headers['request']!));
    const { steps: __, ...original } = request;
    expect(captured).toEqual({
      ...original,
      execution_id: id,
      replay_of: request.execution_id,
      reply_partition: null,
      response_mode: 'receipt',
    });
    await execution(id, { outcome: 'pending', replay_of: request.execution_id, response: null });
  });

  it('is refused for a body that was not kept whole, and for who may only read', async () => {
    const request = anyRequest(ws);
    const cut = { cause: 'body_too_large' as const, response: { status: 413 }, body_complete: false };
    await harness.publisher.publish(rejectedRecordOf(request, cut, body));
    await execution(request.execution_id);
    const response = await ws.call('POST', `/executions/${request.execution_id}/replay`);
    expect(response.status).toBe(409);
    expect(((await response.json()) as { detail: string }).detail).toMatch(/not kept whole/);
    expect((await ws.call('POST', `/executions/${randomUUID()}/replay`)).status).toBe(404);
    const reader = await harness.workspace(origin, ['events:read', 'executions:read']);
    expect((await reader.call('POST', `/executions/${request.execution_id}/replay`)).status).toBe(403);
  });
});

describe('{ws}/replays', () => {
  interface Replay {
    id: string;
    state: string;
    total: number;
    replayed: number;
    skipped: number;
  }

  it('are planned, made, told of, and never take an execution twice', async () => {
    const webhook_id = randomUUID();
    const requests = Array.from({ length: 7 }, () => anyRequest(ws, { webhook_id }));
    for (const request of requests) await store(request);
    const handshake = anyRequest(ws, { webhook_id });
    await harness.publisher.publish(
      rejectedRecordOf(handshake, { outcome: 'ignored', cause: 'handshake' }, body),
    );
    for (const request of [...requests, handshake]) await execution(request.execution_id);
    const filter = { webhook_id };
    const plan = await (await ws.call('POST', '/replays/plan', { filter })).json();
    expect(plan).toMatchObject({ total: 8, replayable: 7, skipped: 1 });

    const made = await ws.call('POST', '/replays', { filter, per_second: 3 });
    expect(made.status).toBe(202);
    const { id } = (await made.json()) as Replay;
    await eventually(async () => {
      const replay = (await (await ws.call('GET', `/replays/${id}`)).json()) as Replay;
      expect(replay).toMatchObject({ state: 'finished', total: 8, replayed: 7, skipped: 1 });
    });
    const originals = replays
      .filter(({ key }) => key?.toString() === webhook_id)
      .map(({ headers }) => capturedRequest.parse(JSON.parse(headers['request']!)).replay_of);
    expect(originals).toEqual(requests.map(({ execution_id }) => execution_id).sort());
    const again = await (await ws.call('POST', '/replays/plan', { filter })).json();
    expect(again).toMatchObject({ total: 8 });
    const list = (await (await ws.call('GET', '/replays?limit=1')).json()) as { replays: Replay[] };
    expect(list.replays.map((replay) => replay.id)).toEqual([id]);
    expect((await ws.call('POST', `/replays/${id}/cancel`)).status).toBe(409);
  });

  it('can be cancelled, and want a filter that restricts', async () => {
    const webhook_id = randomUUID();
    const requests = Array.from({ length: 5 }, () => anyRequest(ws, { webhook_id }));
    for (const request of requests) await store(request);
    for (const request of requests) await execution(request.execution_id);
    const made = await ws.call('POST', '/replays', { filter: { webhook_id }, per_second: 1 });
    const { id } = (await made.json()) as Replay;
    const cancelled = (await (await ws.call('POST', `/replays/${id}/cancel`)).json()) as Replay;
    expect(cancelled).toMatchObject({ state: 'cancelled', total: 5 });
    expect(cancelled.replayed).toBeLessThan(5);
    const refused = await ws.call('POST', '/replays', { filter: {} });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ errors: [{ pointer: '/filter' }] });
    expect((await ws.call('GET', `/replays/${randomUUID()}`)).status).toBe(404);
  });
});

describe("a consumer's answer", () => {
  const waiting = () =>
    anyRequest(ws, { response_mode: 'sync', reply_partition: REPLY_PARTITION, steps: [] });
  const answer = (id: string, value: unknown) => ws.call('POST', `/executions/${id}/response`, value);
  const sent = (id: string) => replies.filter(({ key }) => key?.toString() === id);

  it('goes to the partition that the caller waits on, and the first counts', async () => {
    const request = waiting();
    const id = request.execution_id;
    // The consumer is quicker than the store: the execution is not there yet.
    const answering = answer(id, {
      status: 201,
      content_type: 'text/css',
      body: 'é',
      headers: { 'x-a': 'b' },
    });
    await store(request);
    expect((await answering).status).toBe(204);
    expect(sent(id).map(({ value }) => JSON.parse(value!.toString()) as unknown)).toEqual([
      { status: 201, content_type: 'text/css', body: 'é', headers: { 'x-a': 'b' } },
    ]);
    expect((await answer(id, { body: 'late' })).status).toBe(409);
    expect(sent(id)).toHaveLength(1);
    await execution(id, { outcome: 'pending', response: { status: 201 } });

    const expires = Math.floor(Date.now() / 1_000) + 60;
    const { signature } = signResponseUrl(createKeyRing(masterKey), id, expires);
    const url = `${origin}/api/accounts/${ws.account}/workspaces/${ws.workspace}/executions/${id}/response`;
    const stored = await fetch(`${url}?expires=${expires}&signature=${signature}`);
    expect([stored.status, stored.headers.get('content-type'), stored.headers.get('x-a')]).toEqual([
      201,
      'text/css',
      'b',
    ]);
    expect(await stored.text()).toBe('é');
    const refused = [`?expires=${expires + 1}&signature=${signature}`, '?expires=1&signature=', ''];
    const statuses = await Promise.all(refused.map(async (query) => (await fetch(`${url}${query}`)).status));
    expect(statuses).toEqual([403, 403, 401]);
  });

  it('is one of several at once', async () => {
    const request = waiting();
    const id = request.execution_id;
    await store(request);
    await execution(id);
    const statuses = await Promise.all(
      ['a', 'b', 'c'].map(async (text) => (await answer(id, { body: text })).status),
    );
    expect(statuses.sort()).toEqual([204, 409, 409]);
    const stored = await ws.call('GET', `/executions/${id}/response`);
    expect(await stored.text()).toBe((JSON.parse(sent(id)[0]!.value!.toString()) as { body: string }).body);
  });

  it('comes over Kafka just as well, and is an error where the consumer says so', async () => {
    const request = waiting();
    const id = request.execution_id;
    await store(request);
    await execution(id);
    const none = await ws.call('GET', `/executions/${id}/response`);
    expect([none.status, none.headers.get('retry-after')]).toEqual([202, '1']);
    await harness.publisher.publish(replyRecordOf(id, 2, { body: 'on a partition that nobody reads' }));
    await harness.publisher.publish(replyRecordOf(id, REPLY_PARTITION, { error: 'no such customer' }));
    await execution(id, { response: { status: 400 } });
    const stored = await ws.call('GET', `/executions/${id}/response`);
    expect([stored.status, await stored.json()]).toEqual([400, { error: 'no such customer' }]);
  });

  it('answers the duplicates of its call too, and one that is not valid answers 502', async () => {
    const [first, second] = [waiting(), waiting()];
    const id = second.execution_id;
    for (const request of [first, second]) await store(request);
    await harness.publisher.publish(
      outcomeRecordOf(
        outcomeOf(second, {
          outcome: 'ignored',
          cause: 'duplicate',
          duplicate_of: first.execution_id,
          events: [],
          response: null,
        }),
      ),
    );
    await execution(id, { outcome: 'ignored', response: null });
    expect((await answer(id, { body: 'x' })).status).toBe(409);
    await harness.publisher.publish(replyRecordOf(first.execution_id, REPLY_PARTITION, { status: 'fine' }));
    await execution(id, { response: { status: 502 }, duplicate_of: first.execution_id });
    const stored = await ws.call('GET', `/executions/${id}/response`);
    expect([stored.status, await stored.json()]).toEqual([
      502,
      { error: expect.stringMatching(/not valid/) },
    ]);
  });

  it.each<[string, Partial<CapturedRequest>]>([
    ['a quiet webhook', { response_mode: 'quiet' }],
    ['a receipt', { response_mode: 'receipt', reply_partition: null }],
    ['a caller who could not wait', { response_mode: 'sync', reply_partition: null }],
  ])('is waited for by nobody: %s', async (_what, fields) => {
    const request = anyRequest(ws, fields);
    await store(request);
    expect((await answer(request.execution_id, { body: '' })).status).toBe(409);
  });

  it('is not waited for once the outcome is no event', async () => {
    const request = waiting();
    await store(request);
    await harness.publisher.publish(
      outcomeRecordOf(outcomeOf(request, { outcome: 'ignored', cause: 'filter', events: [] })),
    );
    await execution(request.execution_id, { outcome: 'ignored', response: { status: 204 } });
    expect((await answer(request.execution_id, { body: 'x' })).status).toBe(409);
    expect((await ws.call('GET', `/executions/${request.execution_id}/response`)).status).toBe(404);
  });

  it.each([
    [{ status: 99 }, '/status'],
    [{ body: 7 }, '/body'],
    [{ headers: {} }, ''],
    [{ error: '' }, '/error'],
  ])('%j is none', async (value, pointer) => {
    const response = await answer(randomUUID(), value);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer }] });
  });
});
