import { PRINTABLE } from './handshake.ts';
import type { Handshake } from './handshake.ts';

/** Signed by Slack like every other request, so a webhook with the preset `slack` answers nobody else. */
export const slack: Handshake = {
  documentation: 'https://docs.slack.dev/reference/events/url_verification',
  byDefault: false,
  authenticated: 'as any request',
  method: 'POST',
  when: [
    { json: '/type', equals: 'url_verification' },
    { json: '/challenge', matches: PRINTABLE, as: 'challenge' },
  ],
  answer: { text: '{challenge}' },
};
