import type { Preset } from '../preset.ts';

/** Paddle's own libraries allow 5 seconds, which clocks that differ a little and slow networks exceed. */
export const paddle = {
  title: 'Paddle',
  documentation: 'https://developer.paddle.com/webhooks/signature-verification',
  secret: 'The secret key of the notification destination.',
  signs: 'the timestamp and the body',
  scheme: {
    algorithm: 'hmac-sha256',
    header: 'paddle-signature',
    grammar: { separator: ';', signature_prefix: 'h1=', timestamp_prefix: 'ts=' },
    signed: '{timestamp}:{body}',
    tolerance_seconds: 300,
  },
} as const satisfies Preset;
