import { hash } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, kafkaForTests } from '@tributary/testing';
import { startIngress } from './support/ingress-process.ts';
import type { IngressProcess } from './support/ingress-process.ts';
import { createKafkaPlane } from './support/kafka-plane.ts';
import type { KafkaPlane, StoredRequest, TestWebhook } from './support/kafka-plane.ts';

let plane: KafkaPlane;
let ingress: IngressProcess;

beforeAll(async () => {
  const { brokers } = await kafkaForTests();
  plane = await createKafkaPlane(brokers);
  ingress = await startIngress(brokers, {
    INSTANCE_ID: 'ingress-1',
    WAIT_LIMIT_MS: 2_000,
    HEADERS_TIMEOUT_MS: 500,
    REQUEST_TIMEOUT_MS: 1_000,
    LOG_LEVEL: 'debug',
    OTEL_TRACES_EXPORTER: 'console',
  });
}, 240_000);

afterAll(async () => {
  await ingress?.stop();
  await plane?.close();
});

beforeEach(() => {
  plane.render = () => 'emitted';
});

/** A webhook that the ingress knows already. */
async function known(changes?: Parameters<KafkaPlane['putWebhook']>[0]): Promise<TestWebhook> {
  const webhook = await plane.putWebhook(changes);
  await becomes(webhook, 'known');
  return webhook;
}

/** OPTIONS is enabled for no webhook: 405 says that the slug is known, 404 that it is not, and nothing is produced. */
async function becomes(webhook: TestWebhook, what: 'known' | 'unknown'): Promise<void> {
  const status = what === 'known' ? 405 : 404;
  await eventually(async () => (await ingress.call(webhook.path, { method: 'OPTIONS' })).status === status);
}

async function stored(webhook: TestWebhook, count = 1): Promise<StoredRequest[]> {
  return eventually(() => {
    const requests = plane.requestsOf(webhook);
    return requests.length >= count && requests;
  });
}

describe('a quiet webhook', () => {
  it.each([
    ['emitted', 204],
    ['ignored', 204],
    ['failed', 400],
  ] as const)('answers %s with %i and no body', async (outcome, status) => {
    plane.render = () => outcome;
    const webhook = await known();
    const answer = await ingress.call(webhook.path, { body: '{}' });
    expect(answer).toMatchObject({ status, body: '' });
    expect((await stored(webhook))[0]!.request.execution_id).toBe(answer.headers['x-execution-id']);
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('takes %s', async (method) => {
    const webhook = await known();
    expect(await ingress.call(webhook.path, { method })).toMatchObject({ status: 204, body: '' });
    expect((await stored(webhook))[0]!.request.method).toBe(method);
  });

  it('answers 202 when no outcome comes within the wait limit', async () => {
    plane.render = () => undefined;
    const webhook = await known();
    const started = Date.now();
    expect(await ingress.call(webhook.path)).toMatchObject({ status: 202, body: '' });
    expect(Date.now() - started).toBeGreaterThanOrEqual(2_000);
    expect(await stored(webhook)).toHaveLength(1);
  });
});

describe('a receipt webhook', () => {
  it('answers 200 with the execution id, without any renderer', async () => {
    plane.render = () => undefined;
    const webhook = await known({ response: { mode: 'receipt' } });
    const { status, body, headers } = await ingress.call(webhook.path, { body: '{}' });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ executionId: headers['x-execution-id'] });
    expect((await stored(webhook))[0]!.request).toMatchObject({
      execution_id: headers['x-execution-id'],
      reply_partition: null,
    });
  });
});

describe('what is captured', () => {
  it('is every byte, header, the path and the query as they came, without credentials', async () => {
    const webhook = await known({ version: 7 });
    const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 256));
    const before = Date.now();
    await ingress.call(`${webhook.path}/orders/a%20b?x=1&x=%32`, {
      body: bytes,
      headers: [
        ['Host', 'example.org'],
        ['X-Twice', 'one'],
        ['Authorization', 'Bearer credential'],
        ['x-twice', 'two'],
        ['PROXY-AUTHORIZATION', 'Basic credential'],
        ['Content-Length', '5000'],
      ].flat(),
    });
    const [{ request, body, record }] = (await stored(webhook)) as [StoredRequest];
    expect(body.equals(bytes)).toBe(true);
    expect(request).toMatchObject({
      webhook_id: webhook.record.id,
      webhook_version: 7,
      account: webhook.record.account,
      workspace: webhook.record.workspace,
      method: 'POST',
      path: 'orders/a b',
      query: 'x=1&x=%32',
      remote_address: '127.0.0.1',
      reply_partition: 1,
    });
    expect(request.headers.filter(([name]) => name.toLowerCase() !== 'connection')).toEqual([
      ['Host', 'example.org'],
      ['X-Twice', 'one'],
      ['x-twice', 'two'],
      ['Content-Length', '5000'],
    ]);
    expect(Date.parse(request.received)).toBeGreaterThanOrEqual(before);
    expect(record.key?.toString()).toBe(webhook.record.id);
    expect(record.headers['tributary_schema_version']).toBe('1');
    expect(JSON.stringify(record.headers)).not.toContain('credential');
  });

  it('is a compressed body as it was sent', async () => {
    const webhook = await known();
    const bytes = gzipSync('{"a":1}');
    await ingress.call(webhook.path, { body: bytes, headers: { 'content-encoding': 'gzip' } });
    expect((await stored(webhook))[0]!.body.equals(bytes)).toBe(true);
  });

  it('is a body of the largest size that a webhook may take', async () => {
    const webhook = await known({ limits: { max_body_bytes: 5_242_880 } });
    const answer = await ingress.call(webhook.path, { body: Buffer.alloc(5_242_880, 'x') });
    expect(answer.status).toBe(204);
    expect((await stored(webhook))[0]!.body).toHaveLength(5_242_880);
  });

  it('spreads over executions where the webhook is not ordered', async () => {
    const webhook = await known({ ordered: false, response: { mode: 'receipt' } });
    const { headers } = await ingress.call(webhook.path);
    expect((await stored(webhook))[0]!.record.key?.toString()).toBe(headers['x-execution-id']);
  });

  it('continues the trace of its sender', async () => {
    const webhook = await known();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await ingress.call(webhook.path, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
    const { traceparent } = (await stored(webhook))[0]!.record.headers;
    expect(traceparent).toContain(traceId);
    expect(traceparent).not.toContain('b7ad6b7169203331');
  });
});

describe('refusals', () => {
  it('leave nothing on Kafka', async () => {
    const webhook = await known({
      methods: ['POST'],
      response: { mode: 'receipt' },
      limits: { max_body_bytes: 10_000 },
    });
    const json = { 'content-type': 'application/json' };
    const call = async (options: object): Promise<number> =>
      (await ingress.call(webhook.path, options)).status;
    expect(await call({ method: 'GET' })).toBe(405);
    expect(await call({ body: Buffer.alloc(10_001) })).toBe(413);
    expect(await call({ body: Array.from({ length: 60 }, () => Buffer.alloc(50_000)) })).toBe(413);
    expect(
      await call({
        body: gzipSync(Buffer.alloc(50_000_000)).subarray(0),
        headers: { 'content-encoding': 'gzip' },
      }),
    ).toBe(413);
    expect(
      await call({ body: gzipSync(Buffer.alloc(20_000)), headers: { 'content-encoding': 'gzip' } }),
    ).toBe(413);
    expect(await call({ body: 'x', headers: { 'content-encoding': 'compress' } })).toBe(415);
    expect(await call({ body: '{"a":', headers: json })).toBe(400);
    expect(await call({ body: '', headers: json })).toBe(200);
    // The one that was taken stands behind all that were refused: nothing else came.
    expect(await stored(webhook)).toHaveLength(1);
  });

  it('of a method name those that are taken', async () => {
    const webhook = await known({ methods: ['POST', 'GET'] });
    const { status, headers } = await ingress.call(webhook.path, { method: 'DELETE' });
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, POST');
  });

  it('are the same for a disabled webhook as for one that never was', async () => {
    const webhook = await known({});
    await plane.update(webhook, { enabled: false });
    await becomes(webhook, 'unknown');
    const disabled = await ingress.call(webhook.path, { body: 'x' });
    const unknown = await ingress.call(`/hooks/${'x'.repeat(22)}`, { body: 'x' });
    const shape = ({ status, body, headers }: typeof disabled): unknown => ({
      status,
      body,
      names: Object.keys(headers),
    });
    expect(shape(disabled)).toEqual(shape(unknown));
    expect(disabled.status).toBe(404);
    expect(disabled.headers['x-execution-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('of heads that are too large: 414 for the URL, 431 for the whole', async () => {
    const webhook = await known();
    expect((await ingress.call(`${webhook.path}?${'q'.repeat(9_000)}`)).status).toBe(414);
    expect((await ingress.call(webhook.path, { headers: { x: 'x'.repeat(40_000) } })).status).toBe(431);
  });

  it('are none of a target with its scheme and host, which means the same webhook', async () => {
    const webhook = await known({ response: { mode: 'receipt' } });
    const target = `http://tributary.example${webhook.path}?a=b`;
    const socket = connect(ingress.port, '127.0.0.1');
    socket.write(`GET ${target} HTTP/1.1\r\nhost: tributary.example\r\nconnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('of paths that are nobody', async () => {
    expect((await ingress.call('/hooks')).status).toBe(404);
    expect((await ingress.call('/elsewhere', { method: 'GET' })).status).toBe(404);
  });
});

describe('senders', () => {
  it('who stop in the middle leave nothing', async () => {
    const webhook = await known({ response: { mode: 'receipt' } });
    const socket = connect(ingress.port, '127.0.0.1');
    socket.write(`POST ${webhook.path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf of it`);
    await eventually(async () => (await metric('tributary_ingress_in_flight_bytes')) === 10);
    socket.destroy();
    await eventually(async () => (await metric('tributary_ingress_in_flight')) === 0);
    await ingress.call(webhook.path, { body: 'whole' });
    expect((await stored(webhook)).map(({ body }) => body.toString())).toEqual(['whole']);
  });

  it('who are too slow are cut off', async () => {
    const webhook = await known();
    const slow = (text: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = '';
        const socket = connect(ingress.port, '127.0.0.1', () => socket.write(text));
        socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        socket.on('close', () => {
          resolve(answer);
        });
      });
    const [head, body] = await Promise.all([
      slow(`POST ${webhook.path} HTTP/1.1\r\nhost:`),
      slow(`POST ${webhook.path} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nx`),
    ]);
    expect(head).toMatch(/^HTTP\/1\.1 408 /);
    expect(body).not.toMatch(/^HTTP\/1\.1 2/);
    expect(plane.requestsOf(webhook)).toEqual([]);
  });
});

describe('a change of a webhook takes effect within a second', () => {
  it('when it is rotated: the old slug works nowhere, the new one does', async () => {
    const webhook = await known();
    const next = await plane.putWebhook({ ...webhook.record, version: 2, ...freshSlug() });
    await becomes(webhook, 'unknown');
    await becomes({ ...next, path: `/hooks/${FRESH_SLUG}` }, 'known');
  });

  it('when it is disabled, enabled and deleted, and a late record from before brings nothing back', async () => {
    const webhook = await known();
    const disabled = await plane.update(webhook, { enabled: false });
    await becomes(webhook, 'unknown');
    const enabled = await plane.update(disabled, { enabled: true });
    await becomes(webhook, 'known');
    await plane.update(enabled, { deleted: true });
    await becomes(webhook, 'unknown');
    await plane.update(webhook, { name: 'late' });
    await known();
    await becomes(webhook, 'unknown');
  });
});

describe('observing', () => {
  it('never shows a slug, in logs, spans or metrics', async () => {
    const webhook = await known();
    await ingress.call(`${webhook.path}/path-of-it?query-of-it`, { body: '{}' });
    await ingress.call(webhook.path, { method: 'OPTIONS' });
    await ingress.call('/hooks/unknown-slug-1', { body: '{}' });
    // Spans are exported in batches.
    await eventually(
      () => ingress.output().includes(webhook.record.id) && ingress.output().includes("'http.route'"),
    );
    const metrics = (await ingress.call('/metrics', { method: 'GET' })).body;
    expect(metrics).toContain('tributary_ingress_calls_total');
    for (const secret of [webhook.slug, 'unknown-slug-1', 'path-of-it', 'query-of-it']) {
      expect(ingress.output()).not.toContain(secret);
      expect(metrics).not.toContain(secret);
    }
    expect(ingress.output()).toContain('/hooks/{slug}');
  });
});

const FRESH_SLUG = 'fresh-slug-0123456789a';

function freshSlug(): { slug_sha256: string } {
  return { slug_sha256: hash('sha256', FRESH_SLUG, 'hex') };
}

async function metric(name: string): Promise<number> {
  const { body } = await ingress.call('/metrics', { method: 'GET' });
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)`, 'm').exec(body)?.[1]);
}
