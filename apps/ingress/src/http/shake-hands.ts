import type { HandshakeOutcome } from '@tributary/verification';
import { checkAddress } from './check-head.ts';
import type { KnownCall, Receiving } from './call.ts';
import { refusals } from './refusals.ts';
import type { RefusalAnswer } from './refusals.ts';
import type { Answer } from './send-answer.ts';
import { verifiableRequest, verifyCall } from './verify-call.ts';

/** The answer to a handshake, which is recorded as an execution that was ignored. */
export type HandshakeAnswer = Answer & { handshake: string };

/** Undefined: the call is no handshake. `read_body`: that cannot be said before its body is there. */
export type Shaken = HandshakeAnswer | RefusalAnswer | 'read_body' | undefined;

/** Whether a call with this head is a verification handshake that the webhook answers. */
export function shakeHands(call: KnownCall, deps: Receiving): Shaken {
  const { protection } = call.hook;
  if ((!protection || protection.handshakes.length === 0) && !mayBeDefault(call)) return undefined;
  const outcome = deps.guardOf(call.hook).handshakes.answer(handshakeRequest(call, undefined, deps));
  if (!outcome || outcome.kind === 'surface') return undefined;
  if (outcome.kind === 'needs_body') return 'read_body';
  if (outcome.kind === 'refuse') return refusals.handshake(outcome.message);
  return outcome.verifyFirst ? 'read_body' : answerOf(outcome);
}

/** The same, of a call whose body is there. */
export async function shakeHandsWithBody(
  call: KnownCall,
  content: Buffer,
  deps: Receiving,
): Promise<HandshakeAnswer | RefusalAnswer | undefined> {
  const outcome = deps.guardOf(call.hook).handshakes.answer(handshakeRequest(call, content, deps));
  if (!outcome || outcome.kind === 'surface' || outcome.kind === 'needs_body') return undefined;
  if (outcome.kind === 'refuse') return refusals.handshake(outcome.message);
  if (outcome.verifyFirst) {
    const refused = checkAddress(call, deps);
    if (refused) return refused;
    const verified = await verifyCall(call, content, deps);
    if (!verified.ok) return verified.answer;
  }
  return answerOf(outcome);
}

/** The two that every webhook answers are known by their heads: no other call pays for them. */
function mayBeDefault({ request }: KnownCall): boolean {
  return request.method === 'OPTIONS' || request.headers['aeg-event-type'] !== undefined;
}

function handshakeRequest(call: KnownCall, body: Buffer | undefined, deps: Receiving) {
  const { body: _, ...rest } = verifiableRequest(call, body, deps);
  return body === undefined ? rest : { ...rest, body };
}

function answerOf({
  name,
  status,
  headers,
  body,
}: Extract<HandshakeOutcome, { kind: 'answer' }>): HandshakeAnswer {
  const { 'content-type': contentType = 'text/plain; charset=utf-8', ...others } = headers;
  return { handshake: name, status, contentType, headers: Object.entries(others).flat(), body };
}
