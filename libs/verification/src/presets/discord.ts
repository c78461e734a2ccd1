import type { Preset } from '../preset.ts';

/** An event that was refused is sent again for 10 minutes. */
export const discord = {
  title: 'Discord',
  documentation: 'https://docs.discord.com/developers/interactions/overview',
  secret: 'The public key of the application, in hex.',
  signs: 'the timestamp and the body',
  scheme: {
    algorithm: 'ed25519',
    header: 'x-signature-ed25519',
    signed: '{timestamp}{body}',
    timestamp_header: 'x-signature-timestamp',
    tolerance_seconds: 600,
    key_encoding: 'hex',
  },
} as const satisfies Preset;
