import { callerAddress } from '../caller-address.ts';
import type { KnownCall, Receiving } from './call.ts';
import { announcedBytes, hasOtherTransferCoding } from './read-body.ts';
import { refusals } from './refusals.ts';
import type { RefusalAnswer } from './refusals.ts';

/**
 * Checks what can be checked without the body, in the order of the contract: method, length of the URL, address, the
 * webhook's limits, the announced length, how the body is transferred. One that passes holds a place among the webhook's calls.
 */
export function checkHead(call: KnownCall, deps: Receiving): RefusalAnswer | undefined {
  const { request, hook } = call;
  if (!hook.methods.has(request.method!)) return refusals.methodNotAllowed(hook.allow);
  if (request.url!.length > deps.maxUrlBytes) return refusals.urlTooLong;
  const refused = checkAddress(call, deps);
  if (refused) return refused;
  const exceeded = deps.limits.enter(hook);
  if (exceeded) return refusals.overLimit(exceeded, call.target.slug);
  call.limited = true;
  if ((announcedBytes(request) ?? 0) > hook.maxBodyBytes) return refusals.tooLarge(hook.maxBodyBytes);
  return hasOtherTransferCoding(request) ? refusals.unknownTransferCoding : undefined;
}

/** Checks the caller's address against the webhook's allow lists. The owner reads which it was: behind a proxy it may be another. */
export function checkAddress({ request, hook }: KnownCall, deps: Receiving): RefusalAnswer | undefined {
  if (!hook.protection) return undefined;
  const { authentication, challenge } = deps.guardOf(hook);
  const address = callerAddress(request, deps.trustedProxies);
  const refusal = authentication?.checkAddress(address);
  if (!refusal) return undefined;
  const refused = refusals.unverified(refusal, challenge);
  return { ...refused, message: `${refused.message} It was ${address}.` };
}
