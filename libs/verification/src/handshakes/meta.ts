import { PRINTABLE } from './handshake.ts';
import type { Handshake } from './handshake.ts';

export const meta: Handshake = {
  documentation: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
  byDefault: false,
  authenticated: 'token',
  settings: { verify_token: 'secret, required' },
  method: 'GET',
  when: [
    { query: 'hub.mode', equals: 'subscribe' },
    { query: 'hub.challenge', matches: PRINTABLE, as: 'challenge' },
    { query: 'hub.verify_token', secret: 'verify_token' },
  ],
  answer: { text: '{challenge}' },
};
