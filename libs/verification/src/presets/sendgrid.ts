import type { Preset } from '../preset.ts';

/** A batch that was refused is sent again for 24 hours, and nothing says that it is signed anew: hence the tolerance. */
export const sendgrid = {
  title: 'SendGrid',
  documentation:
    'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features',
  secret: 'The verification key of the event webhook: a public key, in base64.',
  signs: 'the timestamp and the body',
  scheme: {
    algorithm: 'ecdsa-p256-sha256',
    encoding: 'base64',
    header: 'x-twilio-email-event-webhook-signature',
    signed: '{timestamp}{body}',
    timestamp_header: 'x-twilio-email-event-webhook-timestamp',
    tolerance_seconds: 86_400,
    key_encoding: 'base64',
  },
} as const satisfies Preset;
