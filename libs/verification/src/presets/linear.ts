import type { Preset } from '../preset.ts';

export const linear = {
  title: 'Linear',
  documentation: 'https://linear.app/developers/webhooks',
  secret: 'The signing secret of the webhook.',
  signs: 'the body, which holds the timestamp',
  scheme: {
    algorithm: 'hmac-sha256',
    header: 'linear-signature',
    signed: '{body}',
    timestamp_json: '/webhookTimestamp',
    timestamp_format: 'milliseconds',
    tolerance_seconds: 60,
  },
} as const satisfies Preset;
