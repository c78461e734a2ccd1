import type { Preset } from '../preset.ts';

export const standardWebhooks = {
  title: 'Standard Webhooks',
  documentation: 'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
  secret: 'The secret, in base64 (`whsec_...`).',
  signs: 'the id, the timestamp and the body',
  scheme: {
    algorithm: 'hmac-sha256',
    encoding: 'base64',
    header: 'webhook-signature',
    grammar: { separator: ' ', signature_prefix: 'v1,' },
    signed: '{id}.{timestamp}.{body}',
    id_header: 'webhook-id',
    timestamp_header: 'webhook-timestamp',
    tolerance_seconds: 300,
    key_encoding: 'base64',
    key_prefix: 'whsec_',
  },
} as const satisfies Preset;
