import { PRINTABLE } from './handshake.ts';
import type { Handshake } from './handshake.ts';

/**
 * Consents to subscriptions of any topic; whose they are is for the filter to say. A request to unsubscribe is not
 * confirmed: anybody can ask a hub for it, and a subscription ends by itself.
 */
export const websub: Handshake = {
  documentation: 'https://www.w3.org/TR/websub/#hub-verifies-intent',
  byDefault: false,
  authenticated: 'nobody is checked',
  method: 'GET',
  when: [
    { query: 'hub.mode', equals: 'subscribe' },
    { query: 'hub.challenge', matches: PRINTABLE, as: 'challenge' },
    { query: 'hub.topic', matches: PRINTABLE, as: 'topic' },
  ],
  answer: { text: '{challenge}' },
};
