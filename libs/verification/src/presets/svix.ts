import type { Preset } from '../preset.ts';

export const svix = {
  title: 'Svix',
  documentation: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
  secret: 'The signing secret of the endpoint (`whsec_...`).',
  signs: 'the id, the timestamp and the body',
  scheme: {
    algorithm: 'hmac-sha256',
    encoding: 'base64',
    header: 'svix-signature',
    grammar: { separator: ' ', signature_prefix: 'v1,' },
    signed: '{id}.{timestamp}.{body}',
    id_header: 'svix-id',
    timestamp_header: 'svix-timestamp',
    tolerance_seconds: 300,
    key_encoding: 'base64',
    key_prefix: 'whsec_',
  },
} as const satisfies Preset;
