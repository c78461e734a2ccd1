import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRequest } from '../test/a-request.ts';
import { snsCertificate } from '../test/sns-key.ts';
import { prepareAuthentication } from './authentication.ts';
import type { AuthenticationEntry } from './authentication.ts';
import { createCertificateStore } from './certificate-store.ts';
import { presetNames, presets } from './presets/presets.ts';
import { signatureScheme } from './scheme.ts';
import { parsePattern } from './signed-pattern.ts';
import { isSnsScheme } from './sns.ts';

const secrets = [
  { id: 'a', value: 'kS7R0oq0yYHfYHqWb6mCqjv3' },
  { id: 'b', value: '07131f5ff28e81d13cb37cd780858a5ba4295c1e8e403e136c200f5937449b1c' },
  { id: 'c', value: 'arn:aws:sns:us-west-2:123456789012:MyTopic' },
];
const certificates = createCertificateStore({ fetch: () => Promise.resolve(snsCertificate) });

/** The headers that presets read, and texts that look like what they expect. */
const headerNames = presetNames.flatMap((name) => {
  const { scheme } = presets[name];
  if (isSnsScheme(scheme)) return ['x-amz-sns-message-type'];
  const { header, timestamp_header, id_header } = signatureScheme.parse(scheme);
  return [header, timestamp_header, id_header].filter((text) => text !== undefined);
});
const plausible = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.stringMatching(/^(?:sha256=|sha1=|v0=|v1=|v1,|t=1,v1=|ts=1;h1=)?[0-9a-f]{40,64}$/),
  fc.base64String({ maxLength: 88 }),
  fc.constantFrom('1767225600', '1767225600000', '2026-01-01T00:00:00Z', 'Basic dTpw', 'Bearer x', ''),
);
const headers = fc.array(
  fc.tuple(
    fc.oneof(fc.constantFrom(...headerNames, 'Authorization', 'Content-Type'), fc.string()),
    plausible,
  ),
  { maxLength: 8 },
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record(
      {
        Signature: plausible,
        TopicArn: fc.constant(secrets[2]!.value),
        Type: plausible,
        webhookTimestamp: fc.anything(),
        signature: fc.anything(),
      },
      { requiredKeys: [] },
    )
    .map((value) =>
      Buffer.from(
        JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)),
      ),
    ),
);

describe('any bytes', () => {
  const entries: AuthenticationEntry[] = [
    ...presetNames.map((preset) => ({ type: 'signature' as const, preset, secrets })),
    { type: 'basic', username: 'u', password: secrets[0]! },
    { type: 'bearer', keys: secrets },
    { type: 'api_key', in: 'header', name: 'x-hub-signature', keys: secrets },
    { type: 'api_key', in: 'query', name: 'key', keys: secrets },
  ];
  const prepared = entries.map((entry) => prepareAuthentication([entry], { certificates }));

  it('never throw and are never let in', async () => {
    await fc.assert(
      fc.asyncProperty(headers, body, fc.string(), async (rawHeaders, bytes, query) => {
        const request = aRequest({ headers: rawHeaders, body: bytes, query });
        for (const { verify } of prepared) expect((await verify(request)).ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('as a configuration never throw and let nobody in', async () => {
    const anything = fc.anything();
    const entry = fc.record(
      {
        type: fc.constantFrom('basic', 'bearer', 'api_key', 'signature', 'other'),
        username: anything,
        password: anything,
        keys: anything,
        in: fc.constantFrom('header', 'query', 'body'),
        name: anything,
        preset: fc.oneof(fc.constantFrom(...presetNames), fc.string()),
        scheme: anything,
        secrets: anything,
      },
      { requiredKeys: ['type'] },
    );
    await fc.assert(
      fc.asyncProperty(entry, headers, body, async (broken, rawHeaders, bytes) => {
        const { verify, checkAddress } = prepareAuthentication([broken as never], { certificates });
        expect(checkAddress('10.0.0.1')).toBeUndefined();
        expect((await verify(aRequest({ headers: rawHeaders, body: bytes }))).ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('as a pattern are read or refused, but never throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}:/~bodyjsnheaurl ') }), (text) => {
        expect(typeof parsePattern(text).ok).toBe('boolean');
      }),
      { numRuns: 5000 },
    );
  });
});
