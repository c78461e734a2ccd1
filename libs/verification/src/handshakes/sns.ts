import type { Handshake } from './handshake.ts';

/**
 * To confirm, somebody has to call the URL in the message. We call no URL that a request brings: the message becomes an
 * event, and whoever consumes it decides.
 */
export const sns: Handshake = {
  documentation: 'https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html',
  byDefault: false,
  authenticated: 'as any request',
  method: 'POST',
  when: [{ header: 'x-amz-sns-message-type', equals: 'SubscriptionConfirmation' }],
  answer: 'surface',
};
