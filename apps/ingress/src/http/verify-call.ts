import type { VerifiableRequest, Verdict } from '@tributary/verification';
import { checkServiceAccount } from '../service-account.ts';
import type { Guard } from '../guard.ts';
import type { KnownCall, Receiving } from './call.ts';
import { refusals } from './refusals.ts';
import type { RefusalAnswer } from './refusals.ts';

/** Ids of the secrets that let a call pass; or why it may not. */
export type Verified = { ok: true; used: readonly string[] } | { ok: false; answer: RefusalAnswer };

const NOTHING_USED: Verified = { ok: true, used: [] };

/**
 * Asks everything that the webhook asks of its callers, addresses aside. `content`: the body after content-decoding, which
 * is what signatures are over.
 */
export function verifyCall(call: KnownCall, content: Buffer, deps: Receiving): Verified | Promise<Verified> {
  const { protection } = call.hook;
  if (!protection) return NOTHING_USED;
  const guard = deps.guardOf(call.hook);
  if (protection.serviceAccountId === null && !guard.authentication) return NOTHING_USED;
  const startedMs = deps.now();
  const started = performance.now();
  const timed = (verdict: Verified): Verified => {
    call.verification = { startedMs, durationMs: Math.round((performance.now() - started) * 1000) / 1000 };
    return verdict;
  };
  const verifying = askAll(call, content, { serviceAccountId: protection.serviceAccountId, guard, deps });
  return verifying instanceof Promise ? verifying.then(timed) : timed(verifying);
}

function askAll(
  call: KnownCall,
  content: Buffer,
  { serviceAccountId, guard, deps }: { serviceAccountId: string | null; guard: Guard; deps: Receiving },
): Verified | Promise<Verified> {
  const { hook } = call;
  let used: readonly string[] = [];
  if (serviceAccountId !== null) {
    if (!deps.serviceAccounts.isCurrent()) return { ok: false, answer: refusals.stale };
    const { find } = deps.serviceAccounts;
    const verdict = checkServiceAccount(call.request.rawHeaders, hook, { serviceAccountId, find });
    if (!verdict.ok) return { ok: false, answer: refusals.unverified(verdict, guard.challenge) };
    used = verdict.used;
  }
  if (!guard.authentication) return { ok: true, used };
  const verdict = guard.authentication.verify(verifiableRequest(call, content, deps));
  return verdict instanceof Promise
    ? verdict.then((late) => verified(late, used, guard))
    : verified(verdict, used, guard);
}

function verified(verdict: Verdict, used: readonly string[], { challenge }: Guard): Verified {
  if (!verdict.ok) return { ok: false, answer: refusals.unverified(verdict, challenge) };
  return { ok: true, used: used.length === 0 ? verdict.used : [...used, ...verdict.used] };
}

/** A call as verifiers see it. The URL is made from the public origin that is configured, never from the Host header. */
export function verifiableRequest<Body extends Buffer | undefined>(
  { request, target }: KnownCall,
  body: Body,
  { publicUrl, now }: Receiving,
): Omit<VerifiableRequest, 'body'> & { body: Body } {
  const url = request.url!;
  const mark = url.indexOf('?');
  return {
    method: request.method!,
    url: publicUrl + url,
    path: mark === -1 ? url : url.slice(0, mark),
    query: target.query,
    rawHeaders: request.rawHeaders,
    body,
    nowMs: now(),
  };
}
