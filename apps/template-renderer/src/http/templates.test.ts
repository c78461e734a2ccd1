import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccessRecord } from '@tributary/event-schemas';
import { createLifecycle } from '@tributary/service-runtime';
import type { Logger } from '@tributary/service-runtime';
import { createEnvironment, createThrottle } from '@tributary/templating';
import { systemClock } from '../steps.ts';
import { createStoredRequests } from '../stored-requests.ts';
import { createApp } from './app.ts';

const ACCOUNT = '00000000-0000-4000-8000-00000000000a';
const WORKSPACE = '00000000-0000-4000-8000-00000000000b';
const EXECUTION = '018f4b5e-0000-7000-8000-000000000001';
const EVENT = '{"event": "{{ body.a }}", "resource": {"prefect.resource.id": "y"}}';

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore } as unknown as Logger;
function ignore(): void {
  return undefined;
}

async function listen(handler: RequestListener): Promise<{ url: string; close: () => void }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What the store was asked, and what it answers. */
let asked: { url: string; authorization: string | undefined }[] = [];
let stored: { status: number; body: unknown };
let store: Awaited<ReturnType<typeof listen>>;
let renderer: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  store = await listen((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization });
    response
      .writeHead(stored.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(stored.body));
  });
  renderer = await listen(
    createApp({
      lifecycle: createLifecycle(silent),
      logger: silent,
      keys: {
        find: () =>
          ({
            id: 'k',
            account: ACCOUNT,
            workspace: WORKSPACE,
            scopes: ['templates:render'],
          }) as unknown as AccessRecord,
      },
      environment: createEnvironment(),
      throttle: createThrottle(),
      storedRequests: createStoredRequests(store.url),
      now: systemClock,
      publicUrl: 'https://hooks.example',
    }),
  );
});

beforeEach(() => {
  asked = [];
  stored = { status: 404, body: {} };
});

afterAll(() => {
  store.close();
  renderer.close();
});

async function post(path: string, body: object) {
  const response = await fetch(`${renderer.url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}
const render = (body: object) =>
  post(`/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}/templates/render`, body);
const lint = (body: object) => post('/api/templates/lint', body);
const json = (body: string) => ({ headers: { 'content-type': 'application/json' }, body });

describe('POST templates/render', () => {
  const custom = { mode: 'custom', status: 201, body: '{{ event.event }}{{ body.a }}' };
  it.each([
    [
      'the JSON mode',
      { template: EVENT, template_mode: 'json', request: json('{"a": "\\""}') },
      { outcome: 'emitted', events: [{ event: '"', related: [{ 'prefect.resource.name': 'preview' }] }] },
    ],
    [
      'a filter that says no',
      { template: EVENT, filter: "body.a == 'b'", request: json('{"a": "a"}') },
      { outcome: 'ignored', cause: 'filter', events: [], rendered: null },
    ],
    [
      'a filter that fails',
      { template: EVENT, filter: '1 / 0' },
      { outcome: 'failed', error: { pointer: '/filter', line: 1 } },
    ],
    [
      'a route',
      {
        template: EVENT,
        routes: [{ when: 'body.a', template: EVENT.replace('{{', 'r {{') }],
        request: json('{"a": "a"}'),
      },
      { outcome: 'emitted', events: [{ event: 'r a' }] },
    ],
    [
      'a schema of draft 7',
      {
        template: EVENT,
        schema: { $schema: 'http://json-schema.org/draft-07/schema#', properties: { a: { const: 1 } } },
        request: json('{"a": 2}'),
      },
      { outcome: 'rejected', cause: 'schema', error: { pointer: '/a' } },
    ],
    [
      'a deduplication key',
      { template: EVENT, deduplication: { key: 'body.a' }, request: json('{"a": "k"}') },
      { deduplication_key: 'k' },
    ],
    [
      'a custom answer',
      { template: EVENT, response: custom, request: json('{"a": "a"}') },
      { outcome: 'emitted', response: { status: 201, body: 'aa' } },
    ],
    [
      'XML',
      {
        template: EVENT.replace('body.a', 'body.n.a'),
        parse_xml: true,
        request: { headers: [['content-type', 'application/xml']], body: '<n><a>x</a></n>' },
      },
      { events: [{ event: 'x' }] },
    ],
    [
      'a body in base64 that is compressed otherwise than it says',
      {
        template: EVENT,
        request: { headers: { 'content-encoding': 'gzip' }, body: 'AAAA', body_encoding: 'base64' },
      },
      { outcome: 'failed', error: { message: expect.stringContaining('decoded') } },
    ],
  ])('%s', async (_what, body, expected) => {
    expect(await render(body)).toMatchObject({ status: 200, json: expected });
  });

  it('of a stored execution, fetched with the key of the caller', async () => {
    stored = {
      status: 200,
      body: {
        method: 'PUT',
        path: 'p',
        query: 'q=1',
        headers: [['Content-Type', 'application/json']],
        received: '2026-01-01T00:00:00Z',
        body: Buffer.from('{"a": "stored"}').toString('base64'),
        body_encoding: 'base64',
        unheard_of: 1,
      },
    };
    const template = EVENT.replace('{{', '{{ method }} {{ path }} {{ query.q }} {{');
    expect(await render({ template, execution_id: EXECUTION })).toMatchObject({
      status: 200,
      json: { events: [{ event: 'PUT p 1 stored', occurred: '2026-01-01T00:00:00Z' }] },
    });
    const path = `/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}/executions/${EXECUTION}/request?format=json`;
    expect(asked).toEqual([{ url: path, authorization: 'Bearer k' }]);
  });

  it.each([
    [404, 404],
    [403, 403],
    [500, 503],
    [200, 503],
  ])('an answer %i of the store is a %i', async (status, expected) => {
    stored = { status, body: {} };
    expect(await render({ template: EVENT, execution_id: EXECUTION })).toMatchObject({
      status: expected,
      json: { status: expected, detail: expect.any(String) },
    });
  });

  it.each([
    [{ template: EVENT, execution_id: EXECUTION, request: {} }, '/execution_id'],
    [{ template: EVENT, execution_id: 'x' }, '/execution_id'],
    [{ template: EVENT, template_mode: 'mustache' }, '/template_mode'],
    [{ template: EVENT, routes: [{ when: '' }] }, '/routes/0/when'],
    [{ template: EVENT, nope: 1 }, '/nope'],
    [{ template: EVENT, request: { 'body/base64': '' } }, '/request/body~1base64'],
    [{}, '/template'],
  ])('%j: points at %s', async (body, pointer) => {
    const { status, json: problem } = await render(body);
    expect(status).toBe(422);
    expect(problem['errors']).toContainEqual(expect.objectContaining({ pointer }));
  });
});

describe('POST templates/lint', () => {
  it.each([
    [{ template: '{{ body|tojson }}' }, true, []],
    [
      { template: EVENT },
      true,
      [{ pointer: '/template', rule: 'unescaped-interpolation', severity: 'warning', line: 1, column: 15 }],
    ],
    [{ template: EVENT, template_mode: 'json' }, true, []],
    [{ template: '\n  {{ body|unheard_of }}' }, false, [{ rule: 'invalid', line: 2, pointer: '/template' }]],
    [
      { template: '{{ bdy|tojson }}' },
      true,
      [{ rule: 'unknown-name', line: 1, hint: "Did you mean 'body'?" }],
    ],
    [{ template: '{"event": {{ body|tojson }}}' }, true, [{ rule: 'not-an-event', line: 1, column: 1 }]],
    [
      { template: '{{ body|tojson }}', filter: "bdy.action == 'opened'" },
      true,
      [{ pointer: '/filter', rule: 'unknown-name', line: 1, column: 1 }],
    ],
    [
      { template: '{{ body|tojson }}', filter: 'body ==', routes: [{ when: 'a b', template: '{% if %}' }] },
      false,
      [{ pointer: '/filter' }, { pointer: '/routes/0/when' }, { pointer: '/routes/0/template' }],
    ],
    [
      { template: '{{ body|tojson }}', deduplication: { key: 'body|uper' }, response_body: '{{ evnt }}' },
      false,
      [
        { pointer: '/deduplication/key', hint: expect.anything() },
        { pointer: '/response_body', rule: 'unknown-name' },
      ],
    ],
  ])('%j', async (body, valid, problems) => {
    const { status, json: answer } = await lint(body);
    expect(status).toBe(200);
    expect(answer['valid']).toBe(valid);
    expect((answer['problems'] as unknown[]).slice(0, problems.length)).toMatchObject(problems);
    if (problems.length === 0) expect(answer['problems']).toEqual([]);
  });
});
