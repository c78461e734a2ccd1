import { describe, expect, it } from '@jest/globals';
import { receive } from '../test/preset-contract.ts';
import { snsCertificate, snsKey } from '../test/sns-key.ts';
import { prepareAuthentication } from './authentication.ts';
import { createCertificateStore } from './certificate-store.ts';
import type { FetchCertificate } from './certificate-store.ts';
import { signRequest } from './sign-request.ts';
import { certificateUrlOf } from './sns.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:orders';
const NOW = Date.parse('2027-01-01T00:00:00Z');

function signed(message: object, now = NOW) {
  const body = JSON.stringify({ TopicArn: TOPIC, Message: 'm', ...message });
  return receive(
    signRequest('aws-sns', { secret: snsKey, url: 'https://hooks.example.com/', body, now }),
    NOW,
  );
}

function verifier(fetch: FetchCertificate | undefined, topic = TOPIC) {
  const certificates = fetch && createCertificateStore({ fetch });
  return prepareAuthentication(
    [{ type: 'signature', preset: 'aws-sns', secrets: [{ id: 's', value: topic }] }],
    certificates ? { certificates } : {},
  );
}

const fetchCertificate = () => Promise.resolve(snsCertificate);

describe('messages of Amazon SNS', () => {
  it.each([
    { Type: 'Notification' },
    { Type: 'Notification', Subject: 'Subject', SignatureVersion: '1' },
    { Type: 'SubscriptionConfirmation', Token: 't', SubscribeURL: 'https://sns.eu-central-1.amazonaws.com/' },
    { Type: 'UnsubscribeConfirmation', Token: 't', SubscribeURL: 'https://sns.eu-central-1.amazonaws.com/' },
  ])('are accepted: %j', async (message) => {
    const prepared = verifier(fetchCertificate);
    expect(await prepared.verify(signed(message))).toEqual({ ok: true, used: ['s'] });
    const again = prepared.verify(signed(message));
    expect(again).toEqual({ ok: true, used: ['s'] });
  });

  it.each(['Message', 'MessageId', 'Subject', 'Timestamp', 'Type', 'Signature', 'SignatureVersion'])(
    'are refused when %s was changed',
    async (key) => {
      const request = signed({ Subject: 'Subject' });
      const message = JSON.parse(request.body.toString()) as Record<string, unknown>;
      const swapped: Record<string, string> = {
        Timestamp: '2027-01-01T00:00:01.000Z',
        Type: 'SubscriptionConfirmation',
        SignatureVersion: '1',
      };
      for (const value of [swapped[key] ?? 'changed', undefined, 5]) {
        const body = Buffer.from(JSON.stringify({ ...message, [key]: value }));
        expect(await verifier(fetchCertificate).verify({ ...request, body })).toMatchObject({ ok: false });
      }
    },
  );

  it('of any other topic are refused before anything is fetched', async () => {
    const asked: string[] = [];
    const prepared = verifier((url) => {
      asked.push(url);
      return fetchCertificate();
    });
    const other = 'arn:aws:sns:eu-central-1:999999999999:orders';
    expect(await prepared.verify(signed({ TopicArn: other }))).toMatchObject({
      status: 403,
      cause: 'signature',
    });
    expect(
      await prepared.verify(
        signed({ SigningCertURL: 'https://attacker.example/SimpleNotificationService-00000000.pem' }),
      ),
    ).toMatchObject({ status: 403 });
    expect(asked).toEqual([]);
  });

  it('are refused an hour later, or earlier', async () => {
    const prepared = verifier(fetchCertificate);
    for (const offset of [-3_601_000, 3_601_000])
      expect(await prepared.verify(signed({}, NOW + offset))).toMatchObject({
        status: 403,
        cause: 'timestamp',
      });
  });

  it('are refused without a certificate, without a store, and without a topic', async () => {
    const failing = verifier(() => Promise.reject(new Error('unreachable')));
    expect(await failing.verify(signed({}))).toMatchObject({ status: 503, cause: 'internal' });
    expect(await verifier(undefined).verify(signed({}))).toMatchObject({ status: 403 });
    expect(await verifier(fetchCertificate, 'orders').verify(signed({}))).toMatchObject({ status: 403 });
  });

  it('are refused when the certificate is not valid yet', async () => {
    const before = Date.parse('2026-01-01T00:00:00Z');
    expect(await verifier(fetchCertificate).verify({ ...signed({}, before), nowMs: before })).toMatchObject({
      status: 403,
      cause: 'signature',
    });
  });

  it('are not checked by a scheme of a user, which could ask for less', async () => {
    const scheme = {
      algorithm: 'sns',
      tolerance_seconds: 1e9,
      signed: { Notification: [] },
      digests: { '2': 'sha256' },
    };
    const prepared = prepareAuthentication(
      [{ type: 'signature', scheme, secrets: [{ id: 's', value: TOPIC }] }],
      {
        certificates: createCertificateStore({ fetch: fetchCertificate }),
      },
    );
    expect(await prepared.verify(signed({}))).toMatchObject({ status: 403 });
  });

  it('go on to the next entry', async () => {
    const prepared = prepareAuthentication(
      [
        { type: 'signature', preset: 'aws-sns', secrets: [{ id: 's', value: TOPIC }] },
        { type: 'bearer', keys: [{ id: 'b', value: 'k' }] },
      ],
      { certificates: createCertificateStore({ fetch: fetchCertificate }) },
    );
    const request = signed({});
    expect(await prepared.verify(request)).toMatchObject({ status: 401 });
    const rawHeaders = [...request.rawHeaders, 'Authorization', 'Bearer k'];
    expect(await prepared.verify({ ...request, rawHeaders })).toEqual({ ok: true, used: ['s', 'b'] });
  });
});

describe('certificateUrlOf', () => {
  const path = '/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem';

  it.each([
    [`https://sns.eu-central-1.amazonaws.com${path}`, TOPIC, true],
    [`https://SNS.eu-central-1.amazonaws.com:443${path}`, TOPIC, true],
    [`https://sns.cn-north-1.amazonaws.com.cn${path}`, 'arn:aws-cn:sns:cn-north-1:123456789012:t', true],
    [
      `https://sns.us-gov-west-1.amazonaws.com${path}`,
      'arn:aws-us-gov:sns:us-gov-west-1:123456789012:t.fifo',
      true,
    ],
    [`http://sns.eu-central-1.amazonaws.com${path}`, TOPIC, false],
    [`https://sns.us-east-1.amazonaws.com${path}`, TOPIC, false],
    [`https://sns.eu-central-1.amazonaws.com.attacker.example${path}`, TOPIC, false],
    [`https://sns.eu-central-1.amazonaws.com:8443${path}`, TOPIC, false],
    [`https://sns.eu-central-1.amazonaws.com@attacker.example${path}`, TOPIC, false],
    [`https://user@sns.eu-central-1.amazonaws.com${path}`, TOPIC, false],
    [`https://attacker.example/sns.eu-central-1.amazonaws.com${path}`, TOPIC, false],
    [`https://sns.eu-central-1.amazonaws.com/x${path}`, TOPIC, false],
    [`https://sns.eu-central-1.amazonaws.com${path}?x`, TOPIC, false],
    ['https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription', TOPIC, false],
    ['', TOPIC, false],
    [`https://sns.eu-central-1.amazonaws.com${path}`, 'orders', false],
  ])('%s for %s: %s', (url, topic, ours) => {
    expect(certificateUrlOf(url, topic) !== undefined).toBe(ours);
  });
});
