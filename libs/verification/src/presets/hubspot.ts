import type { Preset } from '../preset.ts';

/** Version 3. HubSpot signs the URL with some of its percent-encodings undone. */
export const hubspot = {
  title: 'HubSpot',
  documentation:
    'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  secret: 'The client secret of the app.',
  signs: 'the method, the URL, the body and the timestamp',
  scheme: {
    algorithm: 'hmac-sha256',
    encoding: 'base64',
    header: 'x-hubspot-signature-v3',
    signed: ['{method}{url:decoded}{body}{timestamp}', '{method}{url}{body}{timestamp}'],
    timestamp_header: 'x-hubspot-request-timestamp',
    timestamp_format: 'milliseconds',
    tolerance_seconds: 300,
  },
} as const satisfies Preset;
