import { randomUUID } from 'node:crypto';
import type { TributaryEvent } from '../src/index.ts';

/** A valid event; what matters to a test is given. */
export function anEvent(given: Partial<TributaryEvent> = {}): TributaryEvent {
  return {
    id: randomUUID(),
    occurred: '2026-01-31T12:00:00Z',
    event: 'thing.happened',
    resource: { 'prefect.resource.id': 'thing' },
    related: [],
    payload: {},
    follows: null,
    received: '2026-01-31T12:00:00Z',
    account: '00000000-0000-4000-8000-000000000001',
    workspace: '00000000-0000-4000-8000-000000000002',
    ...given,
  };
}
