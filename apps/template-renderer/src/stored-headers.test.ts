import { describe, expect, it } from '@jest/globals';
import { storedHeaders } from './stored-headers.ts';

describe('storedHeaders', () => {
  it.each([
    ...[
      'Authorization',
      'PROXY-AUTHORIZATION',
      'Cookie',
      'Set-Cookie',
      'X-Api-Key',
      'apikey',
      'x-apikey',
      'X-Auth-Token',
    ],
    ...[
      'X-Hub-Signature-256',
      'Stripe-Signature',
      'X-Slack-Signature',
      'webhook-signature',
      'X-Shopify-Hmac-Sha256',
    ],
    ...[
      'X-Gitlab-Token',
      'x-goog-channel-token',
      'X-Client-Secret',
      'sec-websocket-key',
      'x-jwt',
      'x-twilio-signature',
    ],
  ])('leaves out %s, which is or proves a secret', (name) => {
    expect(storedHeaders([[name, 'hunter2']])).toEqual({});
  });

  it.each([
    'Via',
    'Forwarded',
    'X-Forwarded-For',
    'x-forwarded-proto',
    'traceparent',
    'X-B3-TraceId',
    'x-envoy-internal',
    'CF-Ray',
  ])('leaves out %s, which proxies add', (name) => {
    expect(storedHeaders([[name, '1']])).toEqual({});
  });

  it('keeps the rest, names in lower case, repeated ones joined', () => {
    expect(
      storedHeaders([
        ['Content-Type', 'application/json'],
        ['X-GitHub-Event', 'push'],
        ['Accept', 'a'],
        ['accept', 'b'],
        ['Idempotency-Key', '1'],
        ['X-Keyboard', 'qwerty'],
        ['constructor', 'x'],
      ]),
    ).toEqual({
      'content-type': 'application/json',
      'x-github-event': 'push',
      accept: 'a, b',
      'idempotency-key': '1',
      'x-keyboard': 'qwerty',
      constructor: 'x',
    });
  });
});
