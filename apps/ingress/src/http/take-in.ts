import { checkJsonSyntax, decodeContent, isEncoded, isJsonMediaType } from '@tributary/body-parsing';
import { recordHeaders, topics } from '@tributary/event-schemas';
import type { Reply } from '@tributary/event-schemas';
import { MessagingError } from '@tributary/messaging';
import type { Hook } from '../webhook-directory.ts';
import { acceptedReplies } from './answer-durable.ts';
import type { KnownCall, Receiving } from './call.ts';
import { stepsOf } from './call-steps.ts';
import { captureCall } from './capture-call.ts';
import { checkHead } from './check-head.ts';
import { readBody } from './read-body.ts';
import { refusals } from './refusals.ts';
import type { RefusalAnswer } from './refusals.ts';
import { shakeHandsWithBody } from './shake-hands.ts';
import type { HandshakeAnswer } from './shake-hands.ts';
import { verifyCall } from './verify-call.ts';
import type { Verified } from './verify-call.ts';

/** What became of a call: durable, and its caller may wait for a reply; answered; or its caller is gone. */
export type Intake =
  | { kind: 'durable'; reply: Promise<Reply | undefined> | undefined }
  | { kind: 'answered'; answer: RefusalAnswer | HandshakeAnswer }
  | { kind: 'gone' };

/** From this age on, what was known when a call began is looked up again before it is stored. */
const RECHECK_AFTER_MS = 250;

/** Takes the body of a call, checks it, and stores the call. `headUnchecked`: its body may make it a handshake. */
export async function takeIn(
  call: KnownCall,
  { headUnchecked }: { headUnchecked: boolean },
  deps: Receiving,
): Promise<Intake> {
  const { request, response } = call;
  if (awaitsContinue(call)) response.writeContinue();
  const body = await readBody(request, { limitBytes: call.hook.maxBodyBytes, bound: deps.bound });
  if (!body.ok) {
    call.body = body.read;
    if (body.reason === 'stopped') return { kind: 'gone' };
    const unread =
      body.reason === 'too_large' ? refusals.tooLarge(call.hook.maxBodyBytes) : refusals.overBound;
    return answered((headUnchecked ? checkHead(call, deps) : undefined) ?? unread);
  }
  const { bytes } = body;
  call.bytes = bytes.length;
  call.body = [bytes];
  call.bodyComplete = true;
  const content = isEncoded(request.headers['content-encoding'])
    ? await decode(call, bytes, deps)
    : { bytes, refused: undefined };
  if (headUnchecked) {
    const shaken = await shakeHandsWithBody(call, content.bytes, deps);
    const refused = shaken ?? checkHead(call, deps);
    if (refused) return answered(refused);
  }
  const verifying = check(call, content, deps);
  const verified = verifying instanceof Promise ? await verifying : verifying;
  return verified.ok ? store(call, { bytes, used: verified.used }, deps) : answered(verified.answer);
}

function answered(answer: RefusalAnswer | HandshakeAnswer): Intake {
  return { kind: 'answered', answer };
}

function awaitsContinue({ request: { headers, httpVersionMinor } }: KnownCall): boolean {
  return headers.expect?.toLowerCase() === '100-continue' && httpVersionMinor === 1;
}

/** A body after content-decoding: as it came, where it could not be decoded. */
interface Content {
  bytes: Buffer;
  refused: RefusalAnswer | undefined;
}

async function decode({ request, hook }: KnownCall, bytes: Buffer, { bound }: Receiving): Promise<Content> {
  const { maxBodyBytes } = hook;
  // While it is decoded, a body may come to take as much as the limit allows.
  if (!bound.take(maxBodyBytes)) return { bytes, refused: refusals.overBound };
  try {
    const decoded = await decodeContent(bytes, request.headers['content-encoding'], maxBodyBytes);
    if (decoded.ok) return { bytes: decoded.bytes, refused: undefined };
    if (decoded.reason === 'too_large') return { bytes, refused: refusals.tooLarge(maxBodyBytes) };
    if (decoded.reason === 'unknown_encoding') return { bytes, refused: refusals.unknownEncoding };
    return { bytes, refused: refusals.malformedEncoding };
  } finally {
    bound.give(maxBodyBytes);
  }
}

/** The checks of a call whose body is there, in the order of the contract. */
function check(call: KnownCall, content: Content, deps: Receiving): Verified | Promise<Verified> {
  const refused = recheck(call, deps);
  if (refused) return { ok: false, answer: refused };
  if (content.refused && content.refused !== refusals.malformedEncoding)
    return { ok: false, answer: content.refused };
  const verifying = verifyCall(call, content.bytes, deps);
  return verifying instanceof Promise
    ? verifying.then((verified) => checkSyntax(call, content, verified))
    : checkSyntax(call, content, verifying);
}

/** While a slow body came, the webhook may have been rotated, disabled or changed. */
function recheck(call: KnownCall, deps: Receiving): RefusalAnswer | undefined {
  if (deps.now() - call.receivedMs < RECHECK_AFTER_MS) return undefined;
  if (!deps.isCurrent()) return refusals.stale;
  const hook = deps.find(call.target.slug);
  if (!hook) return refusals.notFound;
  call.hook = hook;
  if (!hook.methods.has(call.request.method!)) return refusals.methodNotAllowed(hook.allow);
  return call.bytes > hook.maxBodyBytes ? refusals.tooLarge(hook.maxBodyBytes) : undefined;
}

/** A quiet webhook tells faults of the body by its outcome, so that they are seen in the execution. */
function checkSyntax({ request, hook }: KnownCall, content: Content, verified: Verified): Verified {
  if (!verified.ok || hook.mode === 'quiet') return verified;
  if (content.refused) return { ok: false, answer: content.refused };
  const contentType = request.headers['content-type'];
  if (!isJsonMediaType(contentType)) return verified;
  return checkJsonSyntax(content.bytes, contentType) === 'malformed'
    ? { ok: false, answer: refusals.malformedJson }
    : verified;
}

const SCHEMA_VERSION = String(topics.requests.schemaVersion);

async function store(
  call: KnownCall,
  { bytes, used }: { bytes: Buffer; used: readonly string[] },
  deps: Receiving,
): Promise<Intake> {
  const { hook, executionId } = call;
  const partition = hook.mode === 'receipt' ? null : deps.replyPartition();
  // Before publishing: the reply may be here before the acknowledgement is.
  const reply = partition === null ? undefined : deps.waiters.wait(executionId, waitingFor(hook, deps));
  try {
    await deps.publish({
      topic: topics.requests.name,
      key: hook.ordered ? hook.id : executionId,
      value: bytes,
      headers: {
        [recordHeaders.schemaVersion]: SCHEMA_VERSION,
        [recordHeaders.request]: captureCall(
          call,
          { replyPartition: reply === undefined ? null : partition, steps: stepsOf(call, deps) },
          deps,
        ),
      },
      traceContext: call.observed.context,
    });
  } catch (error) {
    deps.waiters.settle(executionId, undefined);
    if (error instanceof MessagingError) return answered(refusals.notDurable);
    throw error;
  }
  const { receivedMs, observed } = call;
  deps.usage.count(hook, { used, receivedMs, traceContext: observed.context });
  if (reply) {
    if (hook.mode === 'sync' && hook.deduplicates) deps.sharedAnswers.add(executionId, reply);
    // A caller who goes away stops waiting.
    call.response.once('close', () => {
      deps.waiters.settle(executionId, undefined);
    });
  }
  return { kind: 'durable', reply };
}

/** How a caller of a webhook waits. */
export function waitingFor(hook: Hook, { waitLimitMs }: Receiving) {
  return { limitMs: hook.syncTimeoutMs ?? waitLimitMs, accepts: acceptedReplies(hook) };
}
