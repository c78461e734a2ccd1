import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MessagingError } from '@tributary/messaging';
import { hook, ID } from '../../test/support/build-hook.ts';
import { captured, refused, startReceiver } from '../../test/support/receiver.ts';
import type { Receiver } from '../../test/support/receiver.ts';
import type { CallEnd } from '../call-observer.ts';
import { createInFlightBound } from '../in-flight-bound.ts';
import { createReplyWaiters } from '../reply-waiters.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let receiver: Receiver;
let deps: Receiver['deps'];

beforeEach(async () => {
  receiver = await startReceiver();
  ({ deps } = receiver);
});

afterEach(() => receiver.stop());

describe('receipt', () => {
  it('answers 200 with the execution id', async () => {
    const { status, body, headers } = await receiver.call({ body: 'x' });
    expect(status).toBe(200);
    expect(headers['x-execution-id']).toMatch(UUID_V7);
    expect(JSON.parse(body)).toEqual({ executionId: headers['x-execution-id'] });
    expect(headers['content-type']).toBe('application/json');
    expect(captured(receiver.records[0])['execution_id']).toBe(headers['x-execution-id']);
    expect(captured(receiver.records[0])['reply_partition']).toBeNull();
  });

  it('answers only once the record is durable', async () => {
    let acknowledge: () => void = () => undefined;
    receiver.published = () => new Promise<void>((resolve) => (acknowledge = resolve));
    let answered = false;
    const answer = receiver.call({ body: 'x' }).finally(() => (answered = true));
    while (receiver.records.length === 0) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    acknowledge();
    expect((await answer).status).toBe(200);
  });

  it('keys an ordered webhook by its id, another by the execution', async () => {
    await receiver.call();
    receiver.hook = hook({ ordered: false });
    const { headers } = await receiver.call();
    expect(receiver.records.map(({ key }) => key)).toEqual([ID, headers['x-execution-id']]);
  });
});

describe('quiet', () => {
  beforeEach(() => {
    receiver.hook = hook({ mode: 'quiet' });
  });

  it.each([
    ['emitted', 204],
    ['ignored', 204],
    ['failed', 400],
    ['rejected', 400],
  ] as const)('answers %s with %i and no body', async (outcome, status) => {
    receiver.published = () => {
      const id = captured(receiver.records[0])['execution_id'] as string;
      deps.waiters.settle(id, { execution_id: id, outcome, cause: null, error: null });
      return Promise.resolve();
    };
    const answer = await receiver.call({ body: '{}' });
    expect(answer).toMatchObject({ status, body: '' });
    expect(answer.headers['content-length']).toBe(status === 204 ? undefined : '0');
    expect(captured(receiver.records[0])['reply_partition']).toBe(3);
  });

  it('answers 202 and no body when no outcome comes in time', async () => {
    expect(await receiver.call()).toMatchObject({ status: 202, body: '' });
  });

  it('answers 202 at once when nobody can wait, and asks for no reply', async () => {
    deps.replyPartition = () => null;
    expect(await receiver.call()).toMatchObject({ status: 202 });
    deps.replyPartition = () => 3;
    deps.waiters = createReplyWaiters({ maxLimitMs: 60_000, maxWaiters: 0 });
    expect(await receiver.call()).toMatchObject({ status: 202 });
    expect(receiver.records.map((record) => captured(record)['reply_partition'])).toEqual([null, null]);
  });

  it('says nothing of malformed JSON: that is for the outcome', async () => {
    const answer = await receiver.call({ headers: { 'content-type': 'application/json' }, body: '{' });
    expect(answer.status).toBe(202);
    expect(receiver.records).toHaveLength(1);
  });

  it('stops waiting when the caller goes away', async () => {
    deps.waitLimitMs = 60_000;
    const socket = connect(receiver.port, '127.0.0.1');
    socket.write('GET /hooks/known HTTP/1.1\r\nhost: x\r\n\r\n');
    while (deps.waiters.size === 0) await new Promise(setImmediate);
    socket.destroy();
    while (receiver.ends.length === 0) await new Promise(setImmediate);
    expect(deps.waiters.size).toBe(0);
    expect(receiver.ends[0]!.status).toBe(499);
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
    const answer = await receiver.call(options);
    expect(answer.status).toBe(status);
    expect(answer.headers['x-execution-id']).toMatch(UUID_V7);
    expect(JSON.parse(answer.body)).toEqual({ error: expect.any(String) });
    expect(receiver.records).toEqual([]);
    expect(receiver.ends[0]).toMatchObject({ status, refused: expect.any(String) });
  });

  it('of a method names those that are taken', async () => {
    expect((await receiver.call({ method: 'DELETE' })).headers.allow).toBe('GET, HEAD, POST');
  });

  it('of malformed JSON uses the words of the contract', async () => {
    const { body } = await receiver.call({
      body: '{',
      headers: { 'content-type': 'application/vnd.x+json' },
    });
    expect(body).toBe('{"error":"Received malformed JSON payload."}');
  });

  it('come in the order of the contract: the method before the size, the size before the encoding', async () => {
    const big = { body: Buffer.alloc(1_001), headers: { 'content-encoding': 'zstd' } };
    expect((await receiver.call({ method: 'PUT', path: '/hooks/unknown', ...big })).status).toBe(404);
    expect((await receiver.call({ method: 'PUT', ...big })).status).toBe(405);
    expect((await receiver.call(big)).status).toBe(413);
  });

  it('with 501 for a body that is coded for its transfer otherwise than in chunks', async () => {
    const head = 'POST /hooks/known HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: ';
    const answer = await receiver.exchange(`${head}gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 501 /);
    expect(answer).toContain('{"error":"The transfer encoding is unknown: send chunked or none."}');
    expect(refused(receiver.rejected[0])).toMatchObject({
      cause: 'content_encoding',
      response: { status: 501 },
    });
    expect(await receiver.exchange(`${head}Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(receiver.records[0]!.value).toEqual(Buffer.from('{}'));
  });

  it.each([
    ['Kafka does not take the record', () => (receiver.published = () => Promise.reject(unavailable()))],
    ['the known webhooks may be stale', () => (deps.isCurrent = () => false)],
    ['too many calls are in flight', () => (deps.bound = createInFlightBound({ calls: 0, bytes: 10 }))],
    ['too many bytes are in flight', () => (deps.bound = createInFlightBound({ calls: 1, bytes: 10 }))],
  ])('with 503 and Retry-After when %s', async (_what, arrange) => {
    arrange();
    const answer = await receiver.call({ body: 'more than ten bytes' });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('forget the waiter of a call that Kafka did not take', async () => {
    receiver.hook = hook({ mode: 'quiet' });
    receiver.published = () => Promise.reject(unavailable());
    expect((await receiver.call()).status).toBe(503);
    expect(deps.waiters.size).toBe(0);
  });

  it('with 500 for what should not happen', async () => {
    receiver.published = () => Promise.reject(new TypeError('a defect'));
    const answer = await receiver.call();
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
    await receiver.call({ body: bytes });
    await receiver.call({ body: [bytes.subarray(0, 100), bytes.subarray(100)] });
    await receiver.call({ method: 'GET' });
    expect(receiver.records[0]!.value).toEqual(bytes);
    expect(receiver.records[1]!.value).toEqual(bytes);
    expect(receiver.records[2]!.value).toEqual(Buffer.alloc(0));
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('in %s are kept as sent, and checked decoded', async (encoding, compress) => {
    const headers = { 'content-encoding': encoding, 'content-type': 'application/json' };
    const bytes = compress('{"a":1}');
    expect((await receiver.call({ body: bytes, headers })).status).toBe(200);
    expect(receiver.records[0]!.value).toEqual(bytes);
    expect((await receiver.call({ body: compress('{"a":'), headers })).status).toBe(400);
    expect((await receiver.call({ body: compress(Buffer.alloc(1_001, ' ')), headers })).status).toBe(413);
  });

  it('in chunks are refused at the limit, and the answer reaches a sender that goes on sending', async () => {
    const { status, headers } = await receiver.call({
      body: Array.from({ length: 40 }, () => Buffer.alloc(20_000)),
    });
    expect(status).toBe(413);
    expect(headers.connection).toBe('close');
    expect(receiver.records).toEqual([]);
    expect(deps.bound.bytes).toBe(0);
  });

  it('may be as large as the limit, to the byte', async () => {
    expect((await receiver.call({ body: Buffer.alloc(1_000) })).status).toBe(200);
    expect((await receiver.call({ body: [Buffer.alloc(999), Buffer.alloc(1)] })).status).toBe(200);
  });

  it('under a JSON type may be empty', async () => {
    expect((await receiver.call({ headers: { 'content-type': 'application/json' } })).status).toBe(200);
  });

  it('that stop in the middle leave nothing', async () => {
    const socket = connect(receiver.port, '127.0.0.1');
    socket.write('POST /hooks/known HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    while (deps.bound.bytes === 0) await new Promise(setImmediate);
    socket.destroy();
    while (receiver.ends.length === 0) await new Promise(setImmediate);
    expect(receiver.ends[0]!.status).toBe(499);
    expect(receiver.records).toEqual([]);
    expect(deps.bound).toMatchObject({ calls: 0, bytes: 0 });
  });

  it('are asked for by 100 (Continue) only when the head is accepted', async () => {
    const head = (length: number): string =>
      `POST /hooks/known HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`;
    expect(await receiver.exchange(`${head(4)}body`)).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/,
    );
    expect(await receiver.exchange(head(2_000))).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('give back their room in the bound', async () => {
    await Promise.all(Array.from({ length: 8 }, () => receiver.call({ body: Buffer.alloc(900) })));
    expect(deps.bound).toMatchObject({ calls: 0, bytes: 0 });
    expect(receiver.ends.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 8 }, () => 900));
  });
});

describe('a webhook that changes while a slow body comes', () => {
  /** Sends half a body, changes what is known, lets time pass, and sends the rest. */
  async function slowCall(change: () => void): Promise<CallEnd> {
    const socket = connect(receiver.port, '127.0.0.1');
    socket.write('POST /hooks/known HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nhalf');
    while (deps.bound.bytes === 0) await new Promise(setImmediate);
    change();
    deps.now = () => Date.now() + 1_000;
    socket.write('half');
    while (receiver.ends.length === 0) await new Promise(setImmediate);
    socket.destroy();
    return receiver.ends[0]!;
  }

  it('is called no more when it was rotated or disabled', async () => {
    expect((await slowCall(() => (deps.find = () => undefined))).status).toBe(404);
    expect(receiver.records).toEqual([]);
  });

  it('is called as it is now', async () => {
    expect((await slowCall(() => (receiver.hook = hook({ version: 2 })))).status).toBe(200);
    expect(captured(receiver.records[0])['webhook_version']).toBe(2);
  });
});

describe('the rest of the request', () => {
  it('is captured: method, path, query, repeated headers in order and as spelled, no credentials', async () => {
    const answer = await receiver.exchange(
      'POST /hooks/known/a%20b/c?x=1&x=%32 HTTP/1.1\r\nHost: h\r\nX-Two: 1\r\nx-two: 2\r\n' +
        'Authorization: Bearer secret\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(captured(receiver.records[0])).toMatchObject({
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
    const { status, body, headers } = await receiver.call({ method: 'HEAD' });
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers['x-execution-id']).toMatch(UUID_V7);
    expect(await receiver.call({ method: 'HEAD', path: '/hooks/unknown' })).toMatchObject({
      status: 404,
      body: '',
    });
  });

  it('of a server that drains end their connection', async () => {
    deps.isDraining = () => true;
    expect((await receiver.call()).headers.connection).toBe('close');
  });

  it('to an unwanted small body keep the connection', async () => {
    const answer = await receiver.exchange(
      'PUT /hooks/known HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody' +
        'GET /hooks/known HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*HTTP\/1\.1 200 /);
  });
});
