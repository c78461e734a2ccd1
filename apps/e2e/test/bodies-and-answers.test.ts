/**
 * Bodies as templates see them, row by row of the contract, and answers beyond those that the seed documents' own tests
 * quote. A test that quotes a seed document is named after the sentence.
 */
import { randomUUID } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Execution } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { api, createWebhook, eventOf, eventsOf, executionOf } from '../src/client.ts';
import type { TestWebhook } from '../src/client.ts';
import { withWorker } from '../src/worker.ts';

/** A template whose event is named after an expression: what the expression saw is the event's name. */
const seen = (expression: string) =>
  `{"event": {{ (${expression})|string|tojson }}, "resource": {"prefect.resource.id": "seen"}}`;
const template = '{"event": "called", "resource": {"prefect.resource.id": "thing"}}';
const json = { 'content-type': 'application/json' };
const multipart = [
  '--b\r\nContent-Disposition: form-data; name="person"\r\nContent-Type: application/json\r\n\r\n{"firstname":"Taylor"}\r\n',
  '--b\r\nContent-Disposition: form-data; name="tag"\r\n\r\none\r\n',
  '--b\r\nContent-Disposition: form-data; name="photo"; filename="taylor.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--b--\r\n',
].join('');
const text = (value: string) => JSON.stringify(value);

describe('the body in a template', () => {
  let plain: TestWebhook;
  let xml: TestWebhook;
  beforeAll(async () => {
    plain = await createWebhook({ template: seen('body|tojson') });
    xml = await createWebhook({ template: seen('body|tojson'), parse_xml: true });
  });

  it.each<[what: string, headers: Record<string, string>, body: string | Buffer, expected: string]>([
    [
      'JSON keeps its numbers',
      json,
      '{"a": 1.0, "b": 12345678901234567890}',
      '{"a": 1.0, "b": 12345678901234567890}',
    ],
    ['JSON may be an array', json, '[1, "two"]', '[1, "two"]'],
    ['JSON of a vendor', { 'content-type': 'application/vnd.api+json; v=1' }, '{"a": 1}', '{"a": 1}'],
    [
      'JSON in another charset',
      { 'content-type': 'application/json; charset=iso-8859-1' },
      Buffer.from('{"a": "\xe9"}', 'latin1'),
      '{"a": "\\u00e9"}',
    ],
    [
      'JSON in UTF-16, whose byte order mark tells which',
      { 'content-type': 'application/json; charset=utf-16' },
      Buffer.from('\uFEFF{"a": 1}', 'utf16le').swap16(),
      '{"a": 1}',
    ],
    ['JSON with gzip', { ...json, 'content-encoding': 'gzip' }, gzipSync('{"a": 1}'), '{"a": 1}'],
    ['JSON with deflate', { ...json, 'content-encoding': 'deflate' }, deflateSync('{"a": 1}'), '{"a": 1}'],
    ['JSON with br', { ...json, 'content-encoding': 'br' }, brotliCompressSync('{"a": 1}'), '{"a": 1}'],
    [
      'JSON lines',
      { 'content-type': 'application/x-ndjson' },
      '{"a": 1}\n{"a": 2}\n',
      '[{"a": 1}, {"a": 2}]',
    ],
    [
      'a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'a=1&a=2&b=x+y%21',
      '{"a": "2", "b": "x y!"}',
    ],
    [
      'a multipart form',
      { 'content-type': 'multipart/form-data; boundary=b' },
      Buffer.from(multipart, 'latin1'),
      '{"person": {"firstname": "Taylor"}, "photo": {"content_type": "image/png", "data": "iVBORw==", "filename": "taylor.png", "size": 4}, "tag": "one"}',
    ],
    [
      'XML that is not asked for',
      { 'content-type': 'application/xml' },
      '<a>1</a>',
      text('<a>1</a>').replaceAll('<', '\\u003c').replaceAll('>', '\\u003e'),
    ],
    ['text', { 'content-type': 'text/plain' }, 'hello', text('hello')],
    ['an image', { 'content-type': 'image/png' }, Buffer.from([0x89, 0x50, 0xff]), text('iVD/')],
    ['nothing, under a JSON type', json, '', text('')],
  ])('%s', async (_what, headers, body, expected) => {
    const answer = await fetch(plain.url, { method: 'POST', headers, body: body as string });
    expect(answer.status).toBe(204);
    expect((await eventOf(answer)).event).toBe(expected);
  });

  const sendXml = async (body: string): Promise<unknown> => {
    const answer = await fetch(xml.url, { method: 'POST', headers: { 'content-type': 'text/xml' }, body });
    return JSON.parse((await eventOf(answer)).event);
  };

  it('XML that is asked for is a map', async () => {
    const body = await sendXml('<notification id="7"><challenge>c0ffee</challenge></notification>');
    expect(body).toMatchObject({ notification: { challenge: 'c0ffee' } });
  });

  it('XML that declares entities is left as it came: nothing is expanded or fetched', async () => {
    const hostile =
      '<!DOCTYPE n [<!ENTITY e SYSTEM "file:///etc/hostname">]><n><challenge>&e;</challenge></n>';
    expect(await sendXml(hostile)).toBe(hostile);
  });

  it('"Non-JSON payloads (like XML, images, etc) are accessible through results.rawBody"', async () => {
    const webhook = await createWebhook({ template: seen("raw_body ~ ' ' ~ content_type"), parse_xml: true });
    const headers = { 'content-type': 'application/xml; charset=utf-8' };
    const answer = await fetch(webhook.url, { method: 'POST', headers, body: '<a> 1 </a>' });
    expect((await eventOf(answer)).event).toMatch(/^<a> 1 <\/a> application\/xml/);
  });

  it('"body.friendly-name will not work. Use body[\'friendly-name\'] in those cases"', async () => {
    const webhook = await createWebhook({ template: seen("body['friendly-name']") });
    const answer = await fetch(webhook.url, {
      method: 'POST',
      headers: json,
      body: '{"friendly-name": "Bo"}',
    });
    expect((await eventOf(answer)).event).toBe('Bo');
  });

  it('a batch of CloudEvents is as many events, and all or none', async () => {
    const webhook = await createWebhook({ template: '{{ body|from_cloud_event(headers) }}' });
    const cloudEvent = (subject: string) => ({
      specversion: '1.0',
      id: randomUUID(),
      source: '/grid',
      type: 'blob.created',
      subject,
    });
    const send = (batch: object[]) =>
      fetch(webhook.url, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(batch),
      });
    const events = await eventsOf(await send([cloudEvent('one'), cloudEvent('two')]));
    expect(events.map(({ resource }) => resource['prefect.resource.id'])).toEqual(['one', 'two']);
    const broken = await send([cloudEvent('three'), { specversion: '1.0' }]);
    expect(broken.status).toBe(400);
    expect((await eventsOf(broken)).map(({ event }) => event)).toEqual(['prefect-cloud.webhook.failed']);
  });

  it('a quote or a newline in a value neither breaks a JSON template nor injects a field', async () => {
    const webhook = await createWebhook({
      template_mode: 'json',
      template: '{"event": "{{ body.name }}", "resource": {"prefect.resource.id": "x"}, "payload": {}}',
    });
    const name = '", "payload": {"injected": true}, "x": "\n';
    const answer = await fetch(webhook.url, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ name }),
    });
    expect(await eventOf(answer)).toMatchObject({ event: name, payload: {} });
  });
});

describe('one endpoint', () => {
  it('"determines which flow to run based on header or payload data"', async () => {
    const flow = (name: string) => ({
      when: `body.flow == '${name}'`,
      template: `{"event": "${name}.ran", "resource": {"prefect.resource.id": "${name}"}}`,
    });
    const webhook = await createWebhook({ template: '[]', routes: [flow('import'), flow('export')] });
    const call = (name: string) =>
      fetch(webhook.url, { method: 'POST', headers: json, body: JSON.stringify({ flow: name }) });
    expect((await eventOf(await call('export'))).event).toBe('export.ran');
    const nobody = await call('unknown');
    expect(nobody.status).toBe(204);
    expect(await executionOf(nobody)).toMatchObject({ outcome: 'ignored', cause: 'empty', events: [] });
  });

  it('called twice at once with one delivery id makes one event, and gives one answer', async () => {
    const webhook = await createWebhook({
      template,
      deduplication: { key: "headers['x-delivery']", window_seconds: 60 },
      response: { mode: 'custom', status: 201, body: '{{ event.id }}' },
    });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => fetch(webhook.url, { headers: { 'x-delivery': 'one' } })),
    );
    const executions = await Promise.all(answers.map(executionOf));
    expect(executions.filter(({ outcome }) => outcome === 'emitted')).toHaveLength(1);
    expect(executions.filter(({ cause }) => cause === 'duplicate')).toHaveLength(7);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const bodies = new Set(await Promise.all(answers.map((answer) => answer.text())));
    expect([...bodies]).toEqual(executions.flatMap(({ events }) => events));
  });
});

describe('answers', () => {
  it('"Handle errors gracefully and return meaningful error messages": where the body departs from its schema', async () => {
    const webhook = await createWebhook({
      template,
      schema: { properties: { priority: { type: 'integer' } } },
      response: { mode: 'custom' },
    });
    const answer = await fetch(webhook.url, { method: 'POST', headers: json, body: '{"priority": "high"}' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/integer/), pointer: '/priority' });
  });

  it("of one's own know whether there was an event: status, type, headers, body", async () => {
    const webhook = await createWebhook({
      template,
      filter: "method == 'POST'",
      response: {
        mode: 'custom',
        status: 202,
        content_type: 'text/csv',
        headers: { 'x-mine': 'yes' },
        body: '{{ event.id if event else "nothing" }}',
      },
    });
    const taken = await fetch(webhook.url, { method: 'POST' });
    expect([taken.status, taken.headers.get('content-type'), taken.headers.get('x-mine')]).toEqual([
      202,
      'text/csv',
      'yes',
    ]);
    expect(await taken.text()).toBe((await eventOf(taken)).id);
    expect(await (await fetch(webhook.url)).text()).toBe('nothing');
  });

  it('of a consumer have its status and headers, and the first one counts', async () => {
    const resource = randomUUID();
    const webhook = await createWebhook({
      template: `{"event": "called", "resource": {"prefect.resource.id": "${resource}"}}`,
      response: { mode: 'sync', timeout_ms: 60_000 },
    });
    const answer = await withWorker(
      resource,
      async (_event, { reply }) => {
        await reply({ status: 201, content_type: 'text/plain', headers: { 'x-mine': 'yes' }, body: 'first' });
        await reply({ error: 'second' });
      },
      () => fetch(webhook.url, { method: 'POST' }),
    );
    expect([answer.status, answer.headers.get('x-mine'), await answer.text()]).toEqual([201, 'yes', 'first']);
  });

  it('may come over HTTP, from a consumer that cannot produce', async () => {
    const webhook = await createWebhook({ template, response: { mode: 'sync', timeout_ms: 60_000 } });
    const waiting = fetch(webhook.url, { method: 'POST' });
    const { id } = await eventually(async () => {
      const response = await api('POST', '/executions/filter', { filter: { webhook_id: [webhook.id] } });
      const { executions } = (await response.json()) as { executions: Execution[] };
      return executions.find(({ outcome }) => outcome === 'emitted') ?? false;
    });
    const given = await api('POST', `/executions/${id}/response`, { status: 200, body: 'by hand' });
    expect([202, 204]).toContain(given.status);
    const answer = await waiting;
    expect([answer.status, await answer.text()]).toEqual([200, 'by hand']);
    expect(answer.headers.get('x-execution-id')).toBe(id);
    expect((await api('POST', `/executions/${id}/response`, { body: 'late' })).status).toBe(409);
  });
});
