import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HandshakeRecord } from '@tributary/event-schemas';
import { signRequest } from '@tributary/verification';
import { hook, secret, withHandshakes } from '../../test/support/build-hook.ts';
import { refused, startReceiver } from '../../test/support/receiver.ts';
import type { CallOptions, Receiver } from '../../test/support/receiver.ts';

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
  receiver.deps.maxUrlBytes = 2_000;
});

afterEach(() => receiver.stop());

const get = (query: string): CallOptions => ({ method: 'GET', path: `/hooks/known?${query}` });
const post = (body: unknown, headers: Record<string, string> = {}): CallOptions => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});
const on = (type: 'slack' | 'microsoft-graph' | 'sns' | 'dropbox'): HandshakeRecord => ({
  type,
  enabled: true,
});
const hmac = (encoding: 'hex' | 'base64'): string => createHmac('sha256', 's').update('abc').digest(encoding);
const eventGrid = post(
  [
    {
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      data: { validationCode: '512d38b6-c7b8' },
    },
  ],
  { 'aeg-event-type': 'SubscriptionValidation' },
);

type Row = [string, HandshakeRecord[], CallOptions, string];

describe('a handshake is answered', () => {
  it.each<Row>([
    [
      'slack',
      [on('slack')],
      post({ type: 'url_verification', token: 't', challenge: '3eZbrw1a' }),
      '3eZbrw1a',
    ],
    [
      'meta',
      [{ type: 'meta', verify_token: secret('vt') }],
      get('hub.mode=subscribe&hub.challenge=115&hub.verify_token=vt'),
      '115',
    ],
    [
      'microsoft-graph',
      [on('microsoft-graph')],
      { path: '/hooks/known?validationToken=Validation%3A+Testing' },
      'Validation: Testing',
    ],
    ['event-grid, by default', [], eventGrid, '{"validationResponse":"512d38b6-c7b8"}'],
    ['dropbox', [on('dropbox')], get('challenge=abc'), 'abc'],
    [
      'x-crc',
      [{ type: 'x-crc', secret: secret('s') }],
      get('crc_token=abc'),
      `{"response_token":"sha256=${hmac('base64')}"}`,
    ],
    [
      'websub',
      [{ type: 'websub' }],
      get('hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example&hub.challenge=c1'),
      'c1',
    ],
  ])('%s', async (_name, handshakes, options, body) => {
    receiver.hook = { ...withHandshakes(...handshakes), mode: 'quiet' };
    const answer = await receiver.call(options);
    expect(answer).toMatchObject({ status: 200, body });
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['x-execution-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(receiver.records).toEqual([]);
    expect(refused(receiver.rejected[0])).toMatchObject({
      execution_id: answer.headers['x-execution-id'],
      outcome: 'ignored',
      cause: 'handshake',
      error: null,
      response: { status: 200 },
      body_complete: true,
    });
  });

  it('zoom, signed by Zoom', async () => {
    receiver.hook = withHandshakes({ type: 'zoom', secret: secret('s') });
    const signed = signRequest('zoom', {
      secret: 's',
      url: 'https://tributary.example/hooks/known',
      body: JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken: 'abc' } }),
    });
    const { headers, body } = signed;
    expect(await receiver.call({ headers, body })).toMatchObject({
      status: 200,
      body: JSON.stringify({ plainToken: 'abc', encryptedToken: hmac('hex') }),
    });
    expect((await receiver.call({ body })).status).toBe(403);
    expect(refused(receiver.rejected[1])).toMatchObject({ outcome: 'rejected', cause: 'handshake' });
  });

  it('cloudevents, by default: OPTIONS with the origin', async () => {
    receiver.hook = hook({ requestsPerSecond: 2 });
    const answer = await receiver.call({
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventemitter.example.com' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'webhook-allowed-origin': 'eventemitter.example.com',
      'webhook-allowed-rate': '120',
      allow: 'GET, HEAD, POST',
    });
  });
});

describe('no handshake', () => {
  it('is what a webhook has turned off', async () => {
    receiver.hook = withHandshakes(
      { type: 'event-grid', enabled: false },
      { type: 'cloudevents', enabled: false },
    );
    expect(await receiver.call(eventGrid)).toMatchObject({
      status: 200,
      body: expect.stringContaining('executionId'),
    });
    expect(
      (await receiver.call({ method: 'OPTIONS', headers: { 'webhook-request-origin': 'a' } })).status,
    ).toBe(405);
  });

  it('is what nobody has asked for, or what is not known', async () => {
    receiver.hook = withHandshakes({ type: 'unknown' });
    await receiver.call(get('challenge=abc'));
    await receiver.call(post({ type: 'url_verification', challenge: 'x' }));
    expect(receiver.records).toHaveLength(2);
  });

  it('is an ordinary event of a webhook that has handshakes', async () => {
    receiver.hook = withHandshakes(on('slack'), on('dropbox'), { type: 'websub' });
    await receiver.call(post({ type: 'event_callback' }));
    await receiver.call(get('a=b'));
    expect(receiver.records).toHaveLength(2);
    expect(receiver.rejected).toEqual([]);
  });

  it("is SNS' confirmation: it becomes an event, and nothing is fetched", async () => {
    receiver.hook = withHandshakes(on('sns'));
    await receiver.call(
      post({ SubscribeURL: 'https://x' }, { 'x-amz-sns-message-type': 'SubscriptionConfirmation' }),
    );
    expect(receiver.records).toHaveLength(1);
  });
});

describe('who may have a handshake answered', () => {
  it('meta: whoever knows the token', async () => {
    receiver.hook = withHandshakes({ type: 'meta', verify_token: secret('vt') });
    expect((await receiver.call(get('hub.mode=subscribe&hub.challenge=1&hub.verify_token=no'))).status).toBe(
      403,
    );
  });

  it('slack: whoever passes the authentication of the webhook', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'c' });
    receiver.hook = hook({
      protection: {
        authentication: [{ type: 'signature', preset: 'slack', secrets: [secret('s')] }],
        serviceAccountId: null,
        handshakes: [on('slack')],
      },
    });
    expect((await receiver.call({ body })).status).toBe(401);
    const { headers } = signRequest('slack', {
      secret: 's',
      url: 'https://tributary.example/hooks/known',
      body,
    });
    expect(await receiver.call({ body, headers })).toMatchObject({ status: 200, body: 'c' });
  });

  it('comes before the method, and all other checks come in their order when it is none', async () => {
    receiver.hook = { ...withHandshakes(on('slack')), methods: new Set(['GET']), allow: 'GET' };
    expect((await receiver.call(post({ type: 'url_verification', challenge: 'c' }))).status).toBe(200);
    expect((await receiver.call(post({ type: 'event_callback' }))).status).toBe(405);
    expect((await receiver.call({ body: Buffer.alloc(2_000) })).status).toBe(405);
    expect(
      (await receiver.call({ ...post({ type: 'url_verification', challenge: 'c' }), path: '/hooks/x' }))
        .status,
    ).toBe(404);
  });
});
