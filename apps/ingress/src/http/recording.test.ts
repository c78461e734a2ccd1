import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MessagingError } from '@tributary/messaging';
import { hook, protectedBy } from '../../test/support/build-hook.ts';
import { refused, startReceiver } from '../../test/support/receiver.ts';
import type { CallOptions, Receiver } from '../../test/support/receiver.ts';
import { createInFlightBound } from '../in-flight-bound.ts';

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(() => receiver.stop());

describe('a refused call is recorded', () => {
  it.each<[string, CallOptions, object]>([
    [
      'method',
      { method: 'PUT', body: 'x' },
      { cause: 'method', response: { status: 405 }, body_complete: false },
    ],
    [
      'method, without a body',
      { method: 'DELETE' },
      { cause: 'method', method: 'DELETE', body_complete: true },
    ],
    [
      'URL',
      { path: `/hooks/known?${'q'.repeat(200)}` },
      { cause: 'url_too_long', response: { status: 414 } },
    ],
    ['size, announced', { body: Buffer.alloc(1_001) }, { cause: 'body_too_large', body_complete: false }],
    [
      'size, in chunks',
      { body: [Buffer.alloc(900), Buffer.alloc(900)] },
      { cause: 'body_too_large', body_complete: false },
    ],
    [
      'encoding',
      { body: 'x', headers: { 'content-encoding': 'zstd' } },
      { cause: 'content_encoding', response: { status: 415 }, body_complete: true },
    ],
    [
      'malformed encoding',
      { body: 'x', headers: { 'content-encoding': 'gzip' } },
      { cause: 'content_encoding', response: { status: 400 } },
    ],
    [
      'malformed JSON',
      { body: '{', headers: { 'content-type': 'application/json' } },
      {
        cause: 'malformed_json',
        error: { message: 'Received malformed JSON payload.', line: null, column: null, pointer: null },
      },
    ],
  ])('%s', async (_what, options, said) => {
    const answer = await receiver.call(options);
    expect(refused(receiver.rejected[0])).toMatchObject({
      execution_id: answer.headers['x-execution-id'],
      webhook_id: receiver.hook.id,
      outcome: 'rejected',
      reply_partition: null,
      ...said,
    });
    expect(receiver.rejected[0]!.key).toBe(receiver.hook.id);
    const { body } = options;
    const isWhole = (said as { body_complete?: boolean }).body_complete !== false;
    if (isWhole && typeof body === 'string') expect(receiver.rejected[0]!.value).toEqual(Buffer.from(body));
  });

  it('when the ingress is over its bound', async () => {
    receiver.deps.bound = createInFlightBound({ calls: 0, bytes: 0 });
    await receiver.call();
    expect(refused(receiver.rejected[0])).toMatchObject({ cause: 'overloaded', response: { status: 503 } });
  });

  it('when its sender stops in the middle, with what had come', async () => {
    const socket = connect(receiver.port, '127.0.0.1');
    socket.write('POST /hooks/known HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    while (receiver.deps.bound.bytes === 0) await new Promise(setImmediate);
    socket.destroy();
    while (receiver.rejected.length === 0) await new Promise(setImmediate);
    expect(refused(receiver.rejected[0])).toMatchObject({
      cause: 'body_incomplete',
      response: null,
      body_complete: false,
    });
    expect(receiver.rejected[0]!.value).toEqual(Buffer.from('half'));
  });
});

describe('nothing is recorded', () => {
  it.each<[string, () => unknown]>([
    ['of unknown slugs', () => (receiver.deps.find = () => undefined)],
    ['when the webhooks may be stale', () => (receiver.deps.isCurrent = () => false)],
    [
      'when Kafka takes nothing',
      () => (receiver.published = () => Promise.reject(new MessagingError('unavailable', 'x'))),
    ],
    ['of a call that is taken', () => (receiver.hook = hook())],
  ])('%s', async (_what, arrange) => {
    arrange();
    await receiver.call({ body: 'x' });
    expect(receiver.rejected).toEqual([]);
  });
});

describe('an answer is the same, and as quick', () => {
  it('when a refusal cannot be recorded', async () => {
    receiver.deps.refusals = { record: () => void new Promise(() => undefined) };
    receiver.hook = protectedBy({ type: 'unknown' });
    expect((await receiver.call()).status).toBe(401);
  });

  it('for a disabled webhook and for an unknown slug, in the same steps', async () => {
    const sought: string[] = [];
    receiver.deps.find = (slug) => {
      sought.push(slug);
      return undefined;
    };
    const [disabled, unknown] = [await receiver.call(), await receiver.call({ path: '/hooks/other' })];
    expect(disabled.body).toBe(unknown.body);
    expect(sought).toEqual(['known', 'other']);
  });
});
