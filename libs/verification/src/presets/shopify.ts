import type { Preset } from '../preset.ts';

export const shopify = {
  title: 'Shopify',
  documentation: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
  secret: 'The client secret of the app.',
  signs: 'the body',
  scheme: {
    algorithm: 'hmac-sha256',
    encoding: 'base64',
    header: 'x-shopify-hmac-sha256',
    signed: '{body}',
  },
} as const satisfies Preset;
