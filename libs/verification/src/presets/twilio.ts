import type { Preset } from '../preset.ts';

/** Whether the port is part of the signed URL differs from product to product; the helper libraries try both, and so do we. */
export const twilio = {
  title: 'Twilio',
  documentation: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
  secret: 'The auth token of the account.',
  signs: 'the URL, and the fields of a form or the digest of any other body',
  scheme: {
    algorithm: 'hmac-sha1',
    encoding: 'base64',
    header: 'x-twilio-signature',
    signed: ['{url}{form}', '{url:with_port}{form}', '{url:without_port}{form}'],
    body_digest: { query: 'bodySHA256' },
  },
} as const satisfies Preset;
