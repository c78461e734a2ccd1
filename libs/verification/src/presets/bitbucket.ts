import type { Preset } from '../preset.ts';

export const bitbucket = {
  title: 'Bitbucket',
  documentation: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
  secret: 'The secret of the webhook.',
  signs: 'the body',
  scheme: {
    algorithm: 'hmac-sha256',
    header: 'x-hub-signature',
    grammar: { signature_prefix: 'sha256=' },
    signed: '{body}',
  },
} as const satisfies Preset;
