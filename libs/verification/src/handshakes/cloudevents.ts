import type { Handshake } from './handshake.ts';

/** Consent to be sent to, of any sender; it says nothing of who may send. */
export const cloudevents: Handshake = {
  documentation: 'https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md',
  byDefault: true,
  authenticated: 'nobody is checked',
  method: 'OPTIONS',
  when: [{ header: 'webhook-request-origin', matches: /^[A-Za-z0-9.:/_*-]{1,253}$/, as: 'origin' }],
  answer: {
    headers: {
      'webhook-allowed-origin': '{origin}',
      'webhook-allowed-rate': '{allowed-rate}',
      allow: '{allowed-methods}',
    },
    text: '',
  },
};
