import type { Preset } from '../preset.ts';

/**
 * The signature stands in the body and leaves the event out, so whoever saw one request can make others until it is too
 * old; deduplicate by `body.signature.token`, of a form by `body.token`. Events come as JSON, messages that a route
 * forwards as forms (https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http).
 * Mailgun tries again for 8 hours: hence the tolerance.
 */
export const mailgun = {
  title: 'Mailgun',
  documentation: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks',
  secret: 'The HTTP webhook signing key of the account.',
  signs: 'a timestamp and a random token, but neither the event nor anything else',
  scheme: {
    algorithm: 'hmac-sha256',
    json: ['/signature/signature', '/signature'],
    signed: ['{timestamp}{json:/signature/token}', '{timestamp}{json:/token}'],
    timestamp_json: ['/signature/timestamp', '/timestamp'],
    tolerance_seconds: 43_200,
  },
} as const satisfies Preset;
