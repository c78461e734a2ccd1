import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, RequestOptions, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { MessagingError } from '@tributary/messaging';
import type { OutgoingRecord } from '@tributary/messaging';
import { createLogger } from '@tributary/service-runtime';
import type { CallEnd } from '../call-observer.ts';
import { createExecutionIds } from '../execution-id.ts';
import { createInFlightBound } from '../in-flight-bound.ts';
import { createReplyWaiters } from '../reply-waiters.ts';
import type { Hook } from '../webhook-directory.ts';
import { receiveWebhook } from './receive-webhook.ts';
import type { Receiving } from './receive-webhook.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function hook(changes: Partial<Hook> = {}): Hook {
  return {
    id: ID,
    account: ID,
    workspace: ID,
    version: 1,
    enabled: true,
    slugSha256: '',
    methods: new Set(['GET', 'HEAD', 'POST']),
    allow: 'GET, HEAD, POST',
    mode: 'receipt',
    maxBodyBytes: 1_000,
    ordered: true,
    ...changes,
  };
}

let server: Server;
let records: OutgoingRecord[];
let ends: CallEnd[];
let published: () => Promise<unknown>;
let current: Hook;
let deps: Receiving;

beforeEach(async () => {
  records = [];
  ends = [];
  published = () => Promise.resolve();
  current = hook();
  deps = {
    find: (slug) => (slug === 'known' ? current : undefined),
    isCurrent: () => true,
    publish: (record) => {
      records.push(record);
      return published();
    },
    waiters: createReplyWaiters({ limitMs: 100, maxWaiters: 10 }),
    replyPartition: () => 3,
    bound: createInFlightBound({ calls: 10, bytes: 10_000 }),
    nextExecutionId: createExecutionIds(),
    observe: () => ({ context: ROOT_CONTEXT, end: (end) => ends.push(end) }),
    isDraining: () => false,
    now: Date.now,
    maxUrlBytes: 200,
    logger: createLogger({ service: 'ingress', instance: 'test', level: 'silent' }),
  };
  server = createServer((request, response) => {
    receiveWebhook(deps)(request, response);
  });
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  deps.waiters.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function call(
  options: RequestOptions & { body?: Buffer | string | (Buffer | string)[] } = {},
): Promise<Answered> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const sent = httpRequest({ port, host: '127.0.0.1', path: '/hooks/known', method: 'POST', ...rest });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, body: text });
      });
    });
    sent.on('error', reject);
    if (Array.isArray(body)) for (const chunk of body) sent.write(chunk);
    sent.end(Array.isArray(body) ? undefined : body);
  });
}

/** Writes bytes as they are to the server, and resolves with all it answers until the connection ends. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}

function captured(record = records[0]): Record<string, unknown> {
  return JSON.parse(record!.headers!['request']!) as Record<string, unknown>;
}

describe('receipt', () => {
  it('answers 200 with the execution id', async () => {
    const { status, body, headers } = await call({ body: 'x' });
    expect(status).toBe(200);
    expect(headers['x-execution-id']).toMatch(UUID_V7);
    expect(JSON.parse(body)).toEqual({ executionId: headers['x-execution-id'] });
    expect(headers['content-type']).toBe('application/json');
    expect(captured()['execution_id']).toBe(headers['x-execution-id']);
    expect(captured()['reply_partition']).toBeNull();
  });

  it('answers only once the record is durable', async () => {
    let acknowledge: () => void = () => undefined;
    published = () => new Promise<void>((resolve) => (acknowledge = resolve));
    let answered = false;
    const answer = call({ body: 'x' }).finally(() => (answered = true));
    while (records.length === 0) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    acknowledge();
    expect((await answer).status).toBe(200);
  });

  it('keys an ordered webhook by its id, another by the execution', async () => {
    await call();
    current = hook({ ordered: false });
    const { headers } = await call();
    expect(records.map(({ key }) => key)).toEqual([ID, headers['x-execution-id']]);
  });
});

describe('quiet', () => {
  beforeEach(() => {
    current = hook({ mode: 'quiet' });
  });

  it.each([
    ['emitted', 204],
    ['ignored', 204],
    ['failed', 400],
    ['rejected', 400],
  ] as const)('answers %s with %i and no body', async (outcome, status) => {
    published = () => {
      const id = captured()['execution_id'] as string;
      deps.waiters.settle(id, { execution_id: id, outcome, cause: null, error: null });
      return Promise.resolve();
    };
    const answer = await call({ body: '{}' });
    expect(answer).toMatchObject({ status, body: '' });
    expect(answer.headers['content-length']).toBe(status === 204 ? undefined : '0');
    expect(captured()['reply_partition']).toBe(3);
  });

  it('answers 202 and no body when no outcome comes in time', async () => {
    expect(await call()).toMatchObject({ status: 202, body: '' });
  });

  it('answers 202 at once when nobody can wait, and asks for no reply', async () => {
    deps.replyPartition = () => null;
    expect(await call()).toMatchObject({ status: 202 });
    deps.replyPartition = () => 3;
    deps.waiters = createReplyWaiters({ limitMs: 60_000, maxWaiters: 0 });
    expect(await call()).toMatchObject({ status: 202 });
    expect(records.map((record) => captured(record)['reply_partition'])).toEqual([null, null]);
  });

  it('says nothing of malformed JSON: that is for the outcome', async () => {
    const answer = await call({ headers: { 'content-type': 'application/json' }, body: '{' });
    expect(answer.status).toBe(202);
    expect(records).toHaveLength(1);
  });

  it('stops waiting when the caller goes away', async () => {
    deps.waiters = createReplyWaiters({ limitMs: 60_000, maxWaiters: 10 });
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('GET /hooks/known HTTP/1.1\r\nhost: x\r\n\r\n');
    while (deps.waiters.size === 0) await new Promise(setImmediate);
    socket.destroy();
    while (ends.length === 0) await new Promise(setImmediate);
    expect(deps.waiters.size).toBe(0);
    expect(ends[0]!.status).toBe(499);
  });
});

describe('refusals', () => {
  it.each([
    ['an unknown slug', { path: '/hooks/unknown' }, 404],
    ['no slug', { path: '/hooks/' }, 404],
    ['a method that is not enabled', { method: 'PUT' }, 405],
    ['OPTIONS', { method: 'OPTIONS' }, 405],
    ['a URL that is too long', { path: `/hooks/known?${'q'.repeat(200)}` }, 414],
    ['an announced body over the limit', { body: Buffer.alloc(1_001) }, 413],
    ['an unknown content encoding', { body: 'x', headers: { 'content-encoding': 'zstd' } }, 415],
    ['malformed JSON', { body: '{', headers: { 'content-type': 'application/json; charset=utf-8' } }, 400],
    ['a body that is not what it says', { body: 'x', headers: { 'content-encoding': 'gzip' } }, 400],
  ])('of %s has an execution id, and nothing is produced', async (_what, options, status) => {
    const answer = await call(options);
    expect(answer.status).toBe(status);
    expect(answer.headers['x-execution-id']).toMatch(UUID_V7);
    expect(JSON.parse(answer.body)).toEqual({ error: expect.any(String) });
    expect(records).toEqual([]);
    expect(ends[0]).toMatchObject({ status, refused: expect.any(String) });
  });

  it('of a method names those that are taken', async () => {
    expect((await call({ method: 'DELETE' })).headers.allow).toBe('GET, HEAD, POST');
  });

  it('of malformed JSON uses the words of the contract', async () => {
    const { body } = await call({ body: '{', headers: { 'content-type': 'application/vnd.x+json' } });
    expect(body).toBe('{"error":"Received malformed JSON payload."}');
  });

  it('come in the order of the contract: the method before the size, the size before the encoding', async () => {
    const big = { body: Buffer.alloc(1_001), headers: { 'content-encoding': 'zstd' } };
    expect((await call({ method: 'PUT', path: '/hooks/unknown', ...big })).status).toBe(404);
    expect((await call({ method: 'PUT', ...big })).status).toBe(405);
    expect((await call(big)).status).toBe(413);
  });

  it.each([
    ['Kafka does not take the record', () => (published = () => Promise.reject(unavailable()))],
    ['the known webhooks may be stale', () => (deps.isCurrent = () => false)],
    ['too many calls are in flight', () => (deps.bound = createInFlightBound({ calls: 0, bytes: 10 }))],
    ['too many bytes are in flight', () => (deps.bound = createInFlightBound({ calls: 1, bytes: 10 }))],
  ])('with 503 and Retry-After when %s', async (_what, arrange) => {
    arrange();
    const answer = await call({ body: 'more than ten bytes' });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('forget the waiter of a call that Kafka did not take', async () => {
    current = hook({ mode: 'quiet' });
    published = () => Promise.reject(unavailable());
    expect((await call()).status).toBe(503);
    expect(deps.waiters.size).toBe(0);
  });

  it('with 500 for what should not happen', async () => {
    published = () => Promise.reject(new TypeError('a defect'));
    const answer = await call();
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('defect');
  });
});

function unavailable(): MessagingError {
  return new MessagingError('unavailable', 'No broker answers.');
}

describe('bodies', () => {
  it('are captured byte for byte, empty ones too', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await call({ body: bytes });
    await call({ body: [bytes.subarray(0, 100), bytes.subarray(100)] });
    await call({ method: 'GET' });
    expect(records[0]!.value).toEqual(bytes);
    expect(records[1]!.value).toEqual(bytes);
    expect(records[2]!.value).toEqual(Buffer.alloc(0));
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('in %s are kept as sent, and checked decoded', async (encoding, compress) => {
    const headers = { 'content-encoding': encoding, 'content-type': 'application/json' };
    const bytes = compress('{"a":1}');
    expect((await call({ body: bytes, headers })).status).toBe(200);
    expect(records[0]!.value).toEqual(bytes);
    expect((await call({ body: compress('{"a":'), headers })).status).toBe(400);
    expect((await call({ body: compress(Buffer.alloc(1_001, ' ')), headers })).status).toBe(413);
  });

  it('in chunks are refused at the limit, and the answer reaches a sender that goes on sending', async () => {
    const { status, headers } = await call({ body: Array.from({ length: 40 }, () => Buffer.alloc(20_000)) });
    expect(status).toBe(413);
    expect(headers.connection).toBe('close');
    expect(records).toEqual([]);
    expect(deps.bound.bytes).toBe(0);
  });

  it('may be as large as the limit, to the byte', async () => {
    expect((await call({ body: Buffer.alloc(1_000) })).status).toBe(200);
    expect((await call({ body: [Buffer.alloc(999), Buffer.alloc(1)] })).status).toBe(200);
  });

  it('under a JSON type may be empty', async () => {
    expect((await call({ headers: { 'content-type': 'application/json' } })).status).toBe(200);
  });

  it('that stop in the middle leave nothing', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('POST /hooks/known HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    while (deps.bound.bytes === 0) await new Promise(setImmediate);
    socket.destroy();
    while (ends.length === 0) await new Promise(setImmediate);
    expect(ends[0]!.status).toBe(499);
    expect(records).toEqual([]);
    expect(deps.bound).toMatchObject({ calls: 0, bytes: 0 });
  });

  it('are asked for by 100 (Continue) only when the head is accepted', async () => {
    const head = (length: number): string =>
      `POST /hooks/known HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`;
    expect(await exchange(`${head(4)}body`)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(await exchange(head(2_000))).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('give back their room in the bound', async () => {
    await Promise.all(Array.from({ length: 8 }, () => call({ body: Buffer.alloc(900) })));
    expect(deps.bound).toMatchObject({ calls: 0, bytes: 0 });
    expect(ends.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 8 }, () => 900));
  });
});

describe('a webhook that changes while a slow body comes', () => {
  /** Sends half a body, changes what is known, lets time pass, and sends the rest. */
  async function slowCall(change: () => void): Promise<CallEnd> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('POST /hooks/known HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nhalf');
    while (deps.bound.bytes === 0) await new Promise(setImmediate);
    change();
    deps.now = () => Date.now() + 1_000;
    socket.write('half');
    while (ends.length === 0) await new Promise(setImmediate);
    socket.destroy();
    return ends[0]!;
  }

  it('is called no more when it was rotated or disabled', async () => {
    expect((await slowCall(() => (deps.find = () => undefined))).status).toBe(404);
    expect(records).toEqual([]);
  });

  it('is called as it is now', async () => {
    expect((await slowCall(() => (current = hook({ version: 2 })))).status).toBe(200);
    expect(captured()['webhook_version']).toBe(2);
  });
});

describe('the rest of the request', () => {
  it('is captured: method, path, query, repeated headers in order and as spelled, no credentials', async () => {
    const answer = await exchange(
      'POST /hooks/known/a%20b/c?x=1&x=%32 HTTP/1.1\r\nHost: h\r\nX-Two: 1\r\nx-two: 2\r\n' +
        'Authorization: Bearer secret\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(captured()).toMatchObject({
      method: 'POST',
      path: 'a b/c',
      query: 'x=1&x=%32',
      headers: [
        ['Host', 'h'],
        ['X-Two', '1'],
        ['x-two', '2'],
        ['Connection', 'close'],
      ],
      remote_address: '127.0.0.1',
    });
  });
});

describe('answers', () => {
  it('to HEAD have no body', async () => {
    const { status, body, headers } = await call({ method: 'HEAD' });
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers['x-execution-id']).toMatch(UUID_V7);
    expect(await call({ method: 'HEAD', path: '/hooks/unknown' })).toMatchObject({ status: 404, body: '' });
  });

  it('of a server that drains end their connection', async () => {
    deps.isDraining = () => true;
    expect((await call()).headers.connection).toBe('close');
  });

  it('to an unwanted small body keep the connection', async () => {
    const answer = await exchange(
      'PUT /hooks/known HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody' +
        'GET /hooks/known HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*HTTP\/1\.1 200 /);
  });
});
