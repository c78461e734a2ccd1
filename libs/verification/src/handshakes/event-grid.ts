import { PRINTABLE } from './handshake.ts';
import type { Handshake } from './handshake.ts';

export const eventGrid: Handshake = {
  documentation:
    'https://learn.microsoft.com/en-us/azure/event-grid/end-point-validation-event-grid-events-schema',
  byDefault: true,
  authenticated: 'nobody is checked',
  method: 'POST',
  when: [
    { header: 'aeg-event-type', equals: 'SubscriptionValidation' },
    { json: '/0/eventType', equals: 'Microsoft.EventGrid.SubscriptionValidationEvent' },
    { json: '/0/data/validationCode', matches: PRINTABLE, as: 'challenge' },
  ],
  answer: { json: { validationResponse: '{challenge}' } },
};
