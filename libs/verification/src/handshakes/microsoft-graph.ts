import { PRINTABLE } from './handshake.ts';
import type { Handshake } from './handshake.ts';

export const microsoftGraph: Handshake = {
  documentation: 'https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks',
  byDefault: false,
  authenticated: 'nobody is checked',
  method: 'POST',
  when: [{ query: 'validationToken', matches: PRINTABLE, as: 'challenge' }],
  answer: { text: '{challenge}' },
};
