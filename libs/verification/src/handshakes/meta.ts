import { PRINTABLE } from './handshake.ts';
import type { Handshake } from './handshake.ts';

export const meta: Handshake = {
  documentation: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started',
  byDefault: false,
  authenticated: 'secret shown',
  secretKey: 'verify_token',
  method: 'GET',
  when: [
    { query: 'hub.mode', equals: 'subscribe' },
    { query: 'hub.challenge', matches: PRINTABLE, as: 'challenge' },
    { query: 'hub.verify_token', equalsSecret: true },
  ],
  answer: { text: '{challenge}' },
};
