import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseHookTarget } from '../hook-target.ts';
import { answerDuplicate } from './answer-duplicate.ts';
import { answerDurable } from './answer-durable.ts';
import type { Call, CallEnd, KnownCall, Receiving } from './call.ts';
import { stepsOf } from './call-steps.ts';
import { captureCall } from './capture-call.ts';
import { checkHead } from './check-head.ts';
import { hasBody } from './read-body.ts';
import { isRecordable, refusals } from './refusals.ts';
import type { RefusalAnswer } from './refusals.ts';
import { sendAnswer } from './send-answer.ts';
import type { Answer } from './send-answer.ts';
import { shakeHands } from './shake-hands.ts';
import type { HandshakeAnswer } from './shake-hands.ts';
import { takeIn } from './take-in.ts';

/** Status of a call whose caller went away, in logs and metrics (nginx's 499). */
const CALLER_GONE = 499;

type CallAnswer = Answer | RefusalAnswer | HandshakeAnswer;

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
      target: parseHookTarget(request.url!),
      hook: undefined,
      limited: false,
      verification: undefined,
      bytes: 0,
      body: [],
      bodyComplete: !hasBody(request),
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
async function receive(call: Call, deps: Receiving): Promise<CallAnswer | undefined> {
  if (!deps.isCurrent()) return refusals.stale;
  const hook = deps.find(call.target.slug);
  if (!hook) return refusals.notFound;
  call.hook = hook;
  const known = call as KnownCall;
  const shaken = shakeHands(known, deps);
  const headUnchecked = shaken === 'read_body';
  const answer = headUnchecked ? undefined : (shaken ?? checkHead(known, deps));
  if (answer) return answer;

  if (!deps.bound.enter()) return refusals.overBound;
  let intake;
  try {
    intake = await takeIn(known, { headUnchecked }, deps);
  } finally {
    deps.bound.leave();
    deps.bound.give(call.bytes);
  }
  if (intake.kind === 'gone') return undefined;
  if (intake.kind === 'answered') return intake.answer;
  const reply = await intake.reply;
  return answerDuplicate(known, reply, deps) ?? answerDurable(known, reply, deps);
}

function finish(call: Call, answer: CallAnswer | undefined, deps: Receiving): void {
  const { request, response, executionId, hook } = call;
  if (call.limited) deps.limits.leave(hook!.id);
  const end: CallEnd = {
    executionId,
    webhookId: hook?.id,
    status: answer?.status ?? CALLER_GONE,
    refused: answer && 'refused' in answer ? answer.refused : undefined,
    bytes: call.bytes,
  };
  if (!answer || response.destroyed) {
    response.destroy();
    end.status = CALLER_GONE;
  } else {
    sendAnswer(request, response, { answer, executionId, close: deps.isDraining() });
  }
  call.observed.end(end);
  if (hook) recordUnlessStored(call as KnownCall, answer, deps);
}

/** A call that did not become a request is recorded after its answer: it can neither change nor delay it. */
function recordUnlessStored(call: KnownCall, answer: CallAnswer | undefined, deps: Receiving): void {
  const { hook, body, bodyComplete } = call;
  const said = whatWasSaid(call, answer);
  if (!said) return;
  deps.refusals.record({
    ...said,
    webhookId: hook.id,
    status: answer?.status ?? null,
    body,
    bodyComplete,
    request: () => captureCall(call, { replyPartition: null, steps: stepsOf(call, deps) }, deps),
    traceContext: call.observed.context,
  });
}

function whatWasSaid({ bodyComplete }: KnownCall, answer: CallAnswer | undefined) {
  if (answer && 'handshake' in answer)
    return { outcome: 'ignored', cause: 'handshake', message: null } as const;
  if (answer && 'refused' in answer) {
    const { refused: cause, message } = answer;
    return isRecordable(cause) ? ({ outcome: 'rejected', cause, message } as const) : undefined;
  }
  if (answer || bodyComplete) return undefined;
  return {
    outcome: 'rejected',
    cause: 'body_incomplete',
    message: 'The sender stopped in the middle.',
  } as const;
}
