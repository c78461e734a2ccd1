import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOW } from '../test/a-request.ts';
import { receive } from '../test/preset-contract.ts';
import { prepareAuthentication } from './authentication.ts';
import type { SignatureScheme } from './scheme.ts';
import { signRequest } from './sign-request.ts';

const URL = 'https://hooks.example.com/hooks/slug';

describe('signRequest', () => {
  it('adds what Stripe adds, and keeps what was there', () => {
    const signed = signRequest('stripe', {
      secret: 'secret',
      url: URL,
      headers: { a: 'b' },
      body: 'hello',
      now: 123_000,
    });
    expect(signed).toEqual({
      method: 'POST',
      url: URL,
      headers: {
        a: 'b',
        'stripe-signature': 't=123,v1=f89c0a0e96fa6304a7ebd5ecaf13bc1beb859577cd7cafb7bdbc43c3bc2f6afa',
      },
      body: Buffer.from('hello'),
    });
  });

  it('signs by any scheme what that scheme accepts', () => {
    const scheme = fc.record({
      algorithm: fc.constantFrom('hmac-sha1', 'hmac-sha256', 'hmac-sha512' as const),
      encoding: fc.constantFrom('hex', 'base64', 'base64url'),
      header: fc.constant('x-sig'),
      grammar: fc.constantFrom(
        {},
        { signature_prefix: 'v9=' },
        { separator: ',', signature_prefix: 's=', timestamp_prefix: 'ts=' },
        { separator: ' ', timestamp_prefix: 'at:' },
      ),
      signed: fc.constantFrom(
        '{body}',
        ['{method}\n{url:with_port}\n{body}', '{body}'],
        '{json:/token}',
        '{form}{query}',
      ),
      timestamp_format: fc.constantFrom('seconds', 'milliseconds', 'iso8601'),
    });
    fc.assert(
      fc.property(scheme, fc.string({ minLength: 1 }), fc.boolean(), (drawn, secret, inHeader) => {
        const elements = 'timestamp_prefix' in drawn.grammar;
        const signed = [drawn.signed]
          .flat()
          .map((text) => (elements || inHeader ? `{timestamp}.${text}` : text));
        const described = {
          ...drawn,
          signed,
          ...(inHeader && !elements ? { timestamp_header: 'x-time' } : {}),
        } as SignatureScheme;
        const request = signRequest(described, { secret, url: `${URL}?a=1`, body: '{"b":2}', now: NOW });
        const { verify } = prepareAuthentication([
          { type: 'signature', scheme: described, secrets: [{ id: 's', value: secret }] },
        ]);
        expect(verify(receive(request, NOW))).toEqual({ ok: true, used: ['s'] });
        const changed = { ...request, url: `${URL}?a=2`, method: 'PUT', body: Buffer.from('{"token":1}') };
        expect(verify(receive(changed, NOW))).toMatchObject({ ok: false });
      }),
      { numRuns: 500 },
    );
  });

  it('puts what Mailgun signs into the body', () => {
    const { body } = signRequest('mailgun', { secret: 's', url: URL, body: '{"event-data":{}}', now: NOW });
    expect(JSON.parse(body.toString())).toEqual({
      'event-data': {},
      signature: { timestamp: String(NOW / 1000), token: expect.any(String), signature: expect.any(String) },
    });
  });

  it.each<[string, () => unknown]>([
    ['an unknown preset', () => signRequest('acme' as never, { secret: 's', url: URL })],
    [
      'a broken scheme',
      () => signRequest({ algorithm: 'hmac-sha256', header: 'x' }, { secret: 's', url: URL }),
    ],
    ['a secret of the wrong kind', () => signRequest('standard-webhooks', { secret: '?', url: URL })],
    ['a public key to sign with', () => signRequest('discord', { secret: 'ab', url: URL })],
    [
      'a body that has no place for a signature',
      () => signRequest('mailgun', { secret: 's', url: URL, body: '[' }),
    ],
    [
      'a header that is missing',
      () =>
        signRequest(
          { algorithm: 'hmac-sha256', header: 'x', signed: '{header:y}{body}' },
          { secret: 's', url: URL },
        ),
    ],
  ])('throws over %s', (_, sign) => {
    expect(sign).toThrow();
  });
});
