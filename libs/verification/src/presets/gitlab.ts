import type { Preset } from '../preset.ts';

/** A webhook with a signing token (`whsec_`, since GitLab 19) follows Standard Webhooks: use that preset for it. */
export const gitlab = {
  title: 'GitLab',
  documentation: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
  secret: 'The secret token of the webhook.',
  signs: 'nothing: the token itself is sent',
  scheme: { algorithm: 'token', header: 'x-gitlab-token' },
} as const satisfies Preset;
