import type { Preset } from '../preset.ts';

export const zendesk = {
  title: 'Zendesk',
  documentation: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
  secret: 'The signing secret of the webhook.',
  signs: 'the timestamp and the body',
  scheme: {
    algorithm: 'hmac-sha256',
    encoding: 'base64',
    header: 'x-zendesk-webhook-signature',
    signed: '{timestamp}{body}',
    timestamp_header: 'x-zendesk-webhook-signature-timestamp',
    timestamp_format: 'iso8601',
    tolerance_seconds: 300,
  },
} as const satisfies Preset;
