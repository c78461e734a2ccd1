import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateApiKey, hashApiKey } from '@tributary/api-auth';
import { recordHeaders, topics } from '@tributary/event-schemas';
import type { AccessRecord, Scope } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { ACCOUNT, startPipeline, WORKSPACE } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { startRenderer } from './renderer.ts';
import type { Renderer } from './renderer.ts';

let pipeline: Pipeline;
let renderer: Renderer;
let key: string;
let weak: string;

beforeAll(async () => {
  pipeline = await startPipeline();
  key = await saveKey(['templates:render']);
  weak = await saveKey(['events:read']);
  renderer = await startRenderer(pipeline.brokers);
});

afterAll(async () => {
  await renderer?.stop();
  await pipeline?.stop();
});

async function saveKey(scopes: Scope[], id = randomUUID() as string): Promise<string> {
  const value = generateApiKey();
  const record: AccessRecord = {
    id,
    account: ACCOUNT,
    workspace: WORKSPACE,
    name: 'test',
    sha256: hashApiKey(value),
    scopes,
    created: '2026-01-01T00:00:00Z',
    expires: null,
  };
  await pipeline.publish({
    topic: topics.access.name,
    key: record.id,
    value: JSON.stringify(record),
    headers: { [recordHeaders.schemaVersion]: '1' },
  });
  return value;
}

async function post(path: string, body: unknown, apiKey = key) {
  const response = await fetch(
    `${renderer.url}/api/accounts/${ACCOUNT}/workspaces/${WORKSPACE}/templates/${path}`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    },
  );
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    text,
    json: JSON.parse(text),
  };
}

describe('POST templates/render', () => {
  const template =
    '{"event": "{{ method }} {{ path }} {{ query.q }}", "resource": {"prefect.resource.id": "{{ body.id }}"}, "payload": {"n": 1.0}}';

  it('shows what a template makes of a request', async () => {
    const { status, json, text } = await post('render', {
      template,
      request: {
        method: 'PUT',
        path: '/a',
        query: '?q=1',
        headers: { 'Content-Type': 'application/json' },
        body: '{"id": "x"}',
      },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      outcome: 'emitted',
      cause: null,
      error: null,
      rendered: '{"event": "PUT a 1", "resource": {"prefect.resource.id": "x"}, "payload": {"n": 1.0}}',
      events: [
        {
          event: 'PUT a 1',
          resource: { 'prefect.resource.id': 'x' },
          account: ACCOUNT,
          workspace: WORKSPACE,
        },
      ],
    });
    expect(text).toContain('"payload":{"n":1.0}');
  });

  it('shows why and where a template fails', async () => {
    const { status, json } = await post('render', { template: 'a\n{{ 1 / 0 }}' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ outcome: 'failed', error: { line: 2 }, rendered: null });
  });

  it('points at what is wrong with the call itself', async () => {
    expect(await post('render', { template: '', request: { method: 'BREW' } })).toMatchObject({
      status: 422,
      type: expect.stringContaining('application/problem+json'),
      json: { errors: [{ pointer: '/template' }, { pointer: '/request/method' }] },
    });
    expect((await post('render', '{')).status).toBe(400);
  });

  it('wants an API key with the scope for it', async () => {
    expect((await post('render', { template }, 'nonsense')).status).toBe(401);
    expect((await post('render', { template }, weak)).status).toBe(403);
  });
});

describe('POST templates/lint', () => {
  it('finds nothing wrong with a template that can be saved', async () => {
    expect((await post('lint', { template: '{{ body|tojson }}' })).json).toEqual({
      valid: true,
      problems: [],
    });
  });

  it('says what is wrong, with line and column', async () => {
    expect((await post('lint', { template: '\n  {{ body|unheard_of }}' })).json).toMatchObject({
      valid: false,
      problems: [{ message: expect.stringContaining('unheard_of'), line: 2 }],
    });
  });
});

it('knows a key as soon as it is there, and refuses it as soon as it is gone', async () => {
  const id = randomUUID();
  const young = await saveKey(['templates:render'], id);
  await eventually(async () => (await post('lint', { template: 'x' }, young)).status === 200);
  await pipeline.publish({ topic: topics.access.name, key: id, value: null });
  await eventually(async () => (await post('lint', { template: 'x' }, young)).status === 401);
});
