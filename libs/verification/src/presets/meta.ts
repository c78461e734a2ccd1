import type { Preset } from '../preset.ts';

/** Facebook, Instagram, Messenger and WhatsApp. */
export const meta = {
  title: 'Meta',
  documentation: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
  secret: 'The app secret.',
  signs: 'the body',
  scheme: {
    algorithm: 'hmac-sha256',
    header: 'x-hub-signature-256',
    grammar: { signature_prefix: 'sha256=' },
    signed: '{body}',
  },
} as const satisfies Preset;
