import { PRINTABLE } from './handshake.ts';
import type { Handshake } from './handshake.ts';

/**
 * Consents to subscriptions of the topics that the webhook lists, or of any where it lists none. A request to unsubscribe is not
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
    { query: 'hub.topic', matches: PRINTABLE, as: 'topic', among: 'topics' },
  ],
  answer: { text: '{challenge}' },
};
