import type { Preset } from '../preset.ts';

export const okta = {
  title: 'Okta',
  documentation: 'https://developer.okta.com/docs/concepts/event-hooks/',
  secret: 'The secret that Okta sends in the Authorization header, as it was given to Okta.',
  signs: 'nothing: the secret itself is sent',
  scheme: { algorithm: 'token', header: 'authorization' },
} as const satisfies Preset;
