import type { ConsumerReply, Event } from '@tributary/event-schemas';
import { consumerReply, event } from '@tributary/event-schemas';
import type { Health, IncomingRecord, Logger as MessagingLogger } from '@tributary/messaging';
import { expect, it } from '@jest/globals';
import type { Answer, EventConsumer, EventRecord, Logger, TributaryEvent } from './types.ts';

/** Checked by the compiler: each may stand for the other. */
type Same<A, B> = [A, B] extends [B, A] ? true : false;
const sameTypes: [
  Same<TributaryEvent, Event>,
  Same<Logger, MessagingLogger>,
  Same<ReturnType<EventConsumer['health']>, Health>,
  IncomingRecord extends EventRecord ? true : false,
  ConsumerReply extends Answer | { content_type: string | null } ? true : false,
] = [true, true, true, true, true];

it('the types are those of the contract', () => {
  expect(sameTypes).toEqual([true, true, true, true, true]);
  const keys: Record<keyof TributaryEvent, true> = {
    id: true,
    occurred: true,
    event: true,
    resource: true,
    related: true,
    payload: true,
    follows: true,
    received: true,
    account: true,
    workspace: true,
  };
  expect(Object.keys(keys).sort()).toEqual(Object.keys(event.shape).sort());
});

it.each<Answer>([
  { error: 'no such widget' },
  { body: '' },
  { status: 404 },
  { status: 201, content_type: 'text/plain', headers: { location: '/x' }, body: 'x' },
])('the contract takes the answer %j', (answer) => {
  expect(consumerReply.safeParse(answer).success).toBe(true);
});
