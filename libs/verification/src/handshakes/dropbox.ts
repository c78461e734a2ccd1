import { PRINTABLE } from './handshake.ts';
import type { Handshake } from './handshake.ts';

export const dropbox: Handshake = {
  documentation: 'https://www.dropbox.com/developers/reference/webhooks',
  byDefault: false,
  authenticated: 'nobody is checked',
  method: 'GET',
  when: [{ query: 'challenge', matches: PRINTABLE, as: 'challenge' }],
  answer: { text: '{challenge}' },
};
