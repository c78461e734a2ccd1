import type { Preset } from '../preset.ts';

export const github = {
  title: 'GitHub',
  documentation: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
  secret: 'The secret of the webhook.',
  signs: 'the body',
  scheme: {
    algorithm: 'hmac-sha256',
    header: 'x-hub-signature-256',
    grammar: { signature_prefix: 'sha256=' },
    signed: '{body}',
  },
} as const satisfies Preset;
