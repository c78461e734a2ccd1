import type { ExecutionStep } from '@tributary/event-schemas';
import { callerAddress } from '../caller-address.ts';
import { captureJson } from '../captured-request.ts';
import { isoTime } from '../iso-time.ts';
import type { KnownCall, Receiving } from './call.ts';

/** A call as the record header `request`, without what authenticates it. */
export function captureCall(
  call: KnownCall,
  { replyPartition, steps }: { replyPartition: number | null; steps: ExecutionStep[] },
  deps: Receiving,
): string {
  const { request, hook } = call;
  return captureJson({
    executionId: call.executionId,
    hook,
    method: request.method!,
    target: call.target,
    rawHeaders: request.rawHeaders,
    credentials: hook.protection && deps.guardOf(hook).authentication,
    address: callerAddress(request, deps.trustedProxies),
    received: isoTime(call.receivedMs),
    replyPartition,
    steps,
  });
}
