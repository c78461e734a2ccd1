import type { Preset } from '../preset.ts';

/** The secret is used as it stands, its prefix included. */
export const stripe = {
  title: 'Stripe',
  documentation: 'https://docs.stripe.com/webhooks/signature',
  secret: 'The signing secret of the endpoint (`whsec_...`).',
  signs: 'the timestamp and the body',
  scheme: {
    algorithm: 'hmac-sha256',
    header: 'stripe-signature',
    grammar: { separator: ',', signature_prefix: 'v1=', timestamp_prefix: 't=' },
    signed: '{timestamp}.{body}',
    tolerance_seconds: 300,
  },
} as const satisfies Preset;
