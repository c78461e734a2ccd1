import { describe, expect, it } from '@jest/globals';
import { storedHeaders as stored } from './stored-headers.ts';

const none = { key_headers: [], signature_headers: [] };
const storedHeaders = (headers: [string, string][], secrets = none) => stored(headers, secrets);

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
      'paypal-transmission-sig',
      'x_api_key',
      'X-Session-Id',
      'DPoP',
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
    'X-Amz-Cf-Id',
    'Fastly-Client-IP',
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

  it("leaves out the webhook's own keys and signatures, whatever their names", () => {
    const secrets = { key_headers: ['x-open'], signature_headers: ['x-proof'] };
    const headers: [string, string][] = [
      ['X-Open', 'hunter2'],
      ['x-proof', 'hunter2'],
      ['x-a', '1'],
    ];
    expect(stored(headers, secrets)).toEqual({ 'x-a': '1' });
  });
});
