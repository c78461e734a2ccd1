import type { Preset } from '../preset.ts';

export const square = {
  title: 'Square',
  documentation: 'https://developer.squareup.com/docs/webhooks/step3validate',
  secret: 'The signature key of the subscription.',
  signs: 'the URL and the body',
  scheme: {
    algorithm: 'hmac-sha256',
    encoding: 'base64',
    header: 'x-square-hmacsha256-signature',
    signed: '{url}{body}',
  },
} as const satisfies Preset;
