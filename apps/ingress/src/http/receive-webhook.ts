import type { IncomingMessage, ServerResponse } from 'node:http';
import { outcomeStatus, recordHeaders, topics } from '@tributary/event-schemas';
import type { OutcomeReply } from '@tributary/event-schemas';
import { MessagingError } from '@tributary/messaging';
import type { OutgoingRecord } from '@tributary/messaging';
import type { Logger } from '@tributary/service-runtime';
import type { CallEnd, ObservedCall } from '../call-observer.ts';
import { captureJson } from '../captured-request.ts';
import { parseHookTarget } from '../hook-target.ts';
import type { HookTarget } from '../hook-target.ts';
import type { InFlightBound } from '../in-flight-bound.ts';
import { isoTime } from '../iso-time.ts';
import type { ReplyWaiters } from '../reply-waiters.ts';
import type { Hook } from '../webhook-directory.ts';
import { checkBody } from './check-body.ts';
import { announcedBytes, readBody } from './read-body.ts';
import { refusals } from './refusals.ts';
import { sendAnswer } from './send-answer.ts';
import type { Answer } from './send-answer.ts';

/** What receiving a call needs of the rest of the service. */
export interface Receiving {
  find: (slug: string) => Hook | undefined;
  /** Whether what `find` knows has been proven current a short time ago. */
  isCurrent: () => boolean;
  /** Resolves once every in-sync replica has the record. */
  publish: (record: OutgoingRecord) => Promise<unknown>;
  waiters: ReplyWaiters;
  /** The partition of replies that this instance reads; null while it does not. */
  replyPartition: () => number | null;
  bound: InFlightBound;
  nextExecutionId: () => string;
  observe: (request: IncomingMessage) => ObservedCall;
  isDraining: () => boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
  maxUrlBytes: number;
  logger: Logger;
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  executionId: string;
  receivedMs: number;
  observed: ObservedCall;
  hook: Hook | undefined;
  bytes: number;
}

/** What became of a call: durable, and its caller may wait for the outcome; refused; or its caller is gone. */
type Intake =
  | { kind: 'durable'; outcome: Promise<OutcomeReply | undefined> | undefined }
  | { kind: 'refused'; answer: Answer }
  | { kind: 'gone' };

/** Status of a call whose caller went away, in logs and metrics (nginx's 499). */
const CALLER_GONE = 499;

/** The handler of `/hooks/{slug}[/path]`. It never throws and always ends the call. */
export function receiveWebhook(
  deps: Receiving,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const call: Call = {
      request,
      response,
      executionId: deps.nextExecutionId(),
      receivedMs: deps.now(),
      observed: deps.observe(request),
      hook: undefined,
      bytes: 0,
    };
    receive(call, deps).then(
      (answer) => {
        finish(call, answer, deps);
      },
      (error: unknown) => {
        deps.logger.error({ error, executionId: call.executionId }, 'call failed');
        finish(call, refusals.internal, deps);
      },
    );
  };
}

/** Takes a call through the checks, in the order of the contract; undefined when its caller is gone. */
async function receive(call: Call, deps: Receiving): Promise<Answer | undefined> {
  const url = call.request.url!;
  if (url.length > deps.maxUrlBytes) return refusals.urlTooLong;
  const target = parseHookTarget(url);
  const refused = checkHead(call, target, deps);
  if (refused) return refused;

  if (!deps.bound.enter()) return refusals.overBound;
  let intake: Intake;
  try {
    intake = await takeIn(call, target, deps);
  } finally {
    deps.bound.leave();
    deps.bound.give(call.bytes);
  }
  if (intake.kind === 'gone') return undefined;
  if (intake.kind === 'refused') return intake.answer;
  return answerDurable(call, call.hook!, await intake.outcome);
}

/** Finds the webhook of a call and checks what can be checked without its body. */
function checkHead(call: Call, target: HookTarget, deps: Receiving): Answer | undefined {
  const { request } = call;
  if (!deps.isCurrent()) return refusals.stale;
  const hook = deps.find(target.slug);
  if (!hook) return refusals.notFound;
  call.hook = hook;
  if (!hook.methods.has(request.method!)) return refusals.methodNotAllowed(hook.allow);
  if ((announcedBytes(request) ?? 0) > hook.maxBodyBytes) return refusals.tooLarge(hook.maxBodyBytes);
  return undefined;
}

async function takeIn(call: Call, target: HookTarget, deps: Receiving): Promise<Intake> {
  const { request, response } = call;
  const limitBytes = call.hook!.maxBodyBytes;
  if (awaitsContinue(request)) response.writeContinue();
  const body = await readBody(request, { limitBytes, bound: deps.bound });
  if (!body.ok) {
    if (body.reason === 'stopped') return { kind: 'gone' };
    return refuse(body.reason === 'too_large' ? refusals.tooLarge(limitBytes) : refusals.overBound);
  }
  call.bytes = body.bytes.length;
  // While a slow body came, the webhook may have been rotated or disabled.
  const changed =
    deps.now() - call.receivedMs >= RECHECK_AFTER_MS ? checkHead(call, target, deps) : undefined;
  const refused = changed ?? (await checkBody(request, body.bytes, { hook: call.hook!, bound: deps.bound }));
  return refused ? refuse(refused) : store(call, { target, bytes: body.bytes }, deps);
}

/** From this age on, what was known when a call began is looked up again before it is stored. */
const RECHECK_AFTER_MS = 250;

function awaitsContinue({ headers, httpVersionMinor }: IncomingMessage): boolean {
  return headers.expect?.toLowerCase() === '100-continue' && httpVersionMinor === 1;
}

function refuse(answer: Answer): Intake {
  return { kind: 'refused', answer };
}

async function store(
  call: Call,
  { target, bytes }: { target: HookTarget; bytes: Buffer },
  deps: Receiving,
): Promise<Intake> {
  const hook = call.hook!;
  const partition = hook.mode === 'quiet' ? deps.replyPartition() : null;
  // Before publishing: the reply may be here before the acknowledgement is.
  const outcome = partition === null ? undefined : deps.waiters.wait(call.executionId);
  const received = isoTime(call.receivedMs);
  const request = captureJson({
    executionId: call.executionId,
    hook,
    method: call.request.method!,
    target,
    rawHeaders: call.request.rawHeaders,
    remoteAddress: call.request.socket.remoteAddress,
    received,
    replyPartition: outcome === undefined ? null : partition,
    steps: [{ name: 'receive', started: received, duration_ms: deps.now() - call.receivedMs }],
  });
  try {
    await deps.publish({
      topic: topics.requests.name,
      key: hook.ordered ? hook.id : call.executionId,
      value: bytes,
      headers: { [recordHeaders.schemaVersion]: SCHEMA_VERSION, [recordHeaders.request]: request },
      traceContext: call.observed.context,
    });
  } catch (error) {
    deps.waiters.settle(call.executionId, undefined);
    if (error instanceof MessagingError) return refuse(refusals.notDurable);
    throw error;
  }
  if (outcome) {
    // A caller who goes away stops waiting.
    call.response.once('close', () => {
      deps.waiters.settle(call.executionId, undefined);
    });
  }
  return { kind: 'durable', outcome };
}

const SCHEMA_VERSION = String(topics.requests.schemaVersion);

function answerDurable({ executionId }: Call, { mode }: Hook, reply: OutcomeReply | undefined): Answer {
  switch (mode) {
    case 'receipt':
      return { status: 200, body: `{"executionId":"${executionId}"}` };
    case 'sync':
    case 'custom':
    case 'quiet':
      return { status: reply ? outcomeStatus(reply) : 202 };
  }
}

function finish(call: Call, answer: Answer | undefined, deps: Receiving): void {
  const { request, response, executionId } = call;
  const end: CallEnd = {
    executionId,
    webhookId: call.hook?.id,
    status: answer?.status ?? CALLER_GONE,
    refused: answer?.refused,
    bytes: call.bytes,
  };
  if (!answer || response.destroyed) {
    response.destroy();
    call.observed.end({ ...end, status: CALLER_GONE });
    return;
  }
  sendAnswer(request, response, { answer, executionId, close: deps.isDraining() });
  call.observed.end(end);
}
