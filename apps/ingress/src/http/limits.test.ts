import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hook } from '../../test/support/build-hook.ts';
import { refused, startReceiver } from '../../test/support/receiver.ts';
import type { Receiver } from '../../test/support/receiver.ts';
import { createCallLimits } from '../call-limits.ts';

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(() => receiver.stop());

describe('the rate', () => {
  it('answers 429 beyond it, with the words of the contract, and says when to come again', async () => {
    let now = 0;
    receiver.deps.limits = createCallLimits({ now: () => now });
    receiver.hook = hook({ requestsPerSecond: 2 });
    const statuses = [];
    for (now of [0, 500, 600]) statuses.push((await receiver.call()).status);
    expect(statuses).toEqual([200, 200, 429]);
    const { headers, body } = await receiver.call();
    expect(body).toBe(
      '{"error":"Endpoint with id: known has exceeded maximum allowed throughput of 2 requests/second. Please throttle your requests."}',
    );
    expect(headers).toMatchObject({
      'retry-after': '1',
      'ratelimit-policy': '"requests_per_second";q=2;w=1',
      ratelimit: '"requests_per_second";r=0;t=1',
    });
    now = 1_000;
    expect((await receiver.call()).status).toBe(200);
    expect(refused(receiver.rejected[0])).toMatchObject({
      cause: 'rate',
      response: { status: 429 },
      error: { message: expect.not.stringContaining('known') },
    });
  });

  it('is counted before credentials are looked at, so that they cannot be tried without end', async () => {
    receiver.hook = hook({
      requestsPerSecond: 1,
      protection: { authentication: [{ type: 'unknown' }], serviceAccountId: null, handshakes: [] },
    });
    const answers = [await receiver.call(), await receiver.call()];
    expect(answers.map(({ status }) => status)).toEqual([401, 429]);
  });
});

describe('calls at once', () => {
  it('are bounded per webhook, and other webhooks are served', async () => {
    const busy = hook({ concurrency: 2 });
    const quiet = hook({ id: '0190a0a0-0000-7000-8000-000000000002', concurrency: 2 });
    receiver.deps.find = (slug) => (slug === 'quiet' ? quiet : busy);
    const waiting: (() => void)[] = [];
    receiver.published = () => new Promise<void>((resolve) => waiting.push(resolve));
    const two = [receiver.call(), receiver.call()];
    while (waiting.length < 2) await new Promise(setImmediate);
    const third = await receiver.call();
    expect(third.status).toBe(429);
    expect(third.headers).toMatchObject({
      'retry-after': '1',
      'ratelimit-policy': '"concurrency";q=2;qu="concurrent-requests"',
    });
    expect(JSON.parse(third.body)).toEqual({ error: expect.stringContaining('2 concurrent requests') });
    receiver.published = () => Promise.resolve();
    expect((await receiver.call({ path: '/hooks/quiet' })).status).toBe(200);
    for (const resolve of waiting) resolve();
    expect((await Promise.all(two)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await receiver.call()).status).toBe(200);
    expect(refused(receiver.rejected[0]).cause).toBe('concurrency');
  });

  it.each([
    ['is refused', { body: Buffer.alloc(2_000) }, 413],
    ['is answered', {}, 200],
    ['fails', {}, 500],
  ])('are fewer when one %s', async (_what, options, status) => {
    receiver.hook = hook({ concurrency: 1 });
    if (status === 500) receiver.published = () => Promise.reject(new TypeError('a defect'));
    for (const again of [1, 2, 3])
      expect([again, (await receiver.call(options)).status]).toEqual([again, status]);
  });
});
