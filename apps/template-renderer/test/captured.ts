import { randomUUID } from 'node:crypto';
import type { CapturedRequest } from '@tributary/event-schemas';

/** A captured request of Prefect's document's kind: valid, vary what the test is about. */
export function aCapturedRequest(changes: Partial<CapturedRequest> = {}): CapturedRequest {
  return {
    execution_id: randomUUID(),
    webhook_id: '5a3c2f66-1111-4222-8333-444455556666',
    webhook_version: 1,
    account: '00000000-0000-4000-8000-00000000000a',
    workspace: '00000000-0000-4000-8000-00000000000b',
    method: 'POST',
    path: '',
    query: '',
    headers: [['Content-Type', 'application/json']],
    remote_address: '192.0.2.1',
    received: '2026-01-02T03:04:05.678000Z',
    reply_partition: null,
    response_mode: 'quiet',
    replay_of: null,
    steps: [],
    ...changes,
  };
}
