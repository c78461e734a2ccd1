import type { ExecutionStep } from '@tributary/event-schemas';
import { isoTime } from '../iso-time.ts';
import type { KnownCall, Receiving } from './call.ts';

/** The steps of a call so far: reading it, and checking who sent it, where the webhook asks for that. */
export function stepsOf({ receivedMs, verification }: KnownCall, { now }: Receiving): ExecutionStep[] {
  const readMs = verification?.startedMs ?? now();
  const receive = { name: 'receive', started: isoTime(receivedMs), duration_ms: readMs - receivedMs };
  if (!verification) return [receive];
  const { startedMs, durationMs } = verification;
  return [receive, { name: 'verify', started: isoTime(startedMs), duration_ms: durationMs }];
}
