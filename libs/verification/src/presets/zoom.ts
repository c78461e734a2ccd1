import type { Preset } from '../preset.ts';

export const zoom = {
  title: 'Zoom',
  documentation: 'https://developers.zoom.us/docs/api/webhooks/',
  secret: 'The secret token of the app.',
  signs: 'the timestamp and the body',
  scheme: {
    algorithm: 'hmac-sha256',
    header: 'x-zm-signature',
    grammar: { signature_prefix: 'v0=' },
    signed: 'v0:{timestamp}:{body}',
    timestamp_header: 'x-zm-request-timestamp',
    tolerance_seconds: 300,
  },
} as const satisfies Preset;
