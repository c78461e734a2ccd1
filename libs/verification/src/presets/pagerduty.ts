import type { Preset } from '../preset.ts';

export const pagerduty = {
  title: 'PagerDuty',
  documentation: 'https://developer.pagerduty.com/docs/verifying-webhook-signatures',
  secret: 'The secret of the webhook subscription.',
  signs: 'the body',
  scheme: {
    algorithm: 'hmac-sha256',
    header: 'x-pagerduty-signature',
    grammar: { separator: ',', signature_prefix: 'v1=' },
    signed: '{body}',
  },
} as const satisfies Preset;
