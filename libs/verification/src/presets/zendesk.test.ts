import { describePreset } from '../../test/preset-contract.ts';

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
