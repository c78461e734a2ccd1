import type { Preset } from '../preset.ts';

export const slack = {
  title: 'Slack',
  documentation: 'https://docs.slack.dev/authentication/verifying-requests-from-slack',
  secret: 'The signing secret of the app.',
  signs: 'the timestamp and the body',
  scheme: {
    algorithm: 'hmac-sha256',
    header: 'x-slack-signature',
    grammar: { signature_prefix: 'v0=' },
    signed: 'v0:{timestamp}:{body}',
    timestamp_header: 'x-slack-request-timestamp',
    tolerance_seconds: 300,
  },
} as const satisfies Preset;
