import { expect, it } from '@jest/globals';
import { describePreset, requestOf } from '../../test/preset-contract.ts';
import { prepareAuthentication } from '../authentication.ts';
import { zendesk } from './zendesk.ts';

/** Secret, time and body are those of the documentation; the signature was computed with Python's hmac. */
describePreset('zendesk', {
  vectors: {
    computed: {
      secret: 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
      headers: {
        'X-Zendesk-Webhook-Signature-Timestamp': '2021-07-25T10:00:00Z',
        'X-Zendesk-Webhook-Signature': 'gf3v0LzLRHPUnIdhbvwRDVEvzSb07/QN0GYjSNlkBT0=',
      },
      body: '{"say": "hello"}',
      at: '2021-07-25T10:00:00Z',
    },
  },
});

it('signs what others check: the vector of WebhookX (integration-auth), whose time is written otherwise', async () => {
  const scheme = { ...zendesk.scheme, timestamp_format: 'seconds' } as const;
  const secret = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';
  const request = requestOf({
    secret,
    headers: {
      'X-Zendesk-Webhook-Signature-Timestamp': '1531420618',
      'X-Zendesk-Webhook-Signature': 'qtmu3iClLKujnujOBkwe7yjI34o5CzsLD04Uy4LbE2A=',
    },
    body: '{"event_type": "foo.bar","data": {"key": "value"}}',
    at: '2018-07-12T18:36:58Z',
  });
  const entry = { type: 'signature', scheme, secrets: [{ id: 's', value: secret }] } as const;
  expect(await prepareAuthentication([entry]).verify(request)).toEqual({ ok: true, used: ['s'] });
});
