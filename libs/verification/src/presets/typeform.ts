import type { Preset } from '../preset.ts';

export const typeform = {
  title: 'Typeform',
  documentation: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
  secret: 'The secret of the webhook.',
  signs: 'the body',
  scheme: {
    algorithm: 'hmac-sha256',
    encoding: 'base64',
    header: 'typeform-signature',
    grammar: { signature_prefix: 'sha256=' },
    signed: '{body}',
  },
} as const satisfies Preset;
