import type { Preset } from '../preset.ts';

export const intercom = {
  title: 'Intercom',
  documentation: 'https://developers.intercom.com/docs/references/webhooks/webhook-models',
  secret: 'The client secret of the app.',
  signs: 'the body',
  scheme: {
    algorithm: 'hmac-sha1',
    header: 'x-hub-signature',
    grammar: { signature_prefix: 'sha1=' },
    signed: '{body}',
  },
} as const satisfies Preset;
