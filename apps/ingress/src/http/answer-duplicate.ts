import type { Reply } from '@tributary/event-schemas';
import { answerConsumer, isOutcomeReply, storedAnswer } from './answer-durable.ts';
import type { KnownCall, Receiving } from './call.ts';
import type { Answer } from './send-answer.ts';
import { waitingFor } from './take-in.ts';

/**
 * The answer to a duplicate of a call that a consumer answers: the same answer, once it is there. Where it was not given on
 * this instance, or not in time, the URL at which it is stored. Undefined: the call is no such duplicate.
 */
export function answerDuplicate(
  call: KnownCall,
  reply: Reply | undefined,
  deps: Receiving,
): Promise<Answer> | undefined {
  if (call.hook.mode !== 'sync' || !reply || !isOutcomeReply(reply) || !reply.duplicate_of) return undefined;
  return shareAnswer(call, reply.duplicate_of, deps);
}

async function shareAnswer(call: KnownCall, firstId: string, deps: Receiving): Promise<Answer> {
  const first = { ...call, executionId: firstId };
  const reply = await replyTo(call, firstId, deps);
  if (!reply) return storedAnswer(first, deps);
  // The first one can be a duplicate of none, and to a caller who waits for its consumer nothing else is an answer.
  return isOutcomeReply(reply) ? storedAnswer(first, deps) : answerConsumer(first, reply, deps);
}

/** What the first caller is answered, waited for as every caller waits: bounded in number, and until this one goes away. */
function replyTo(
  { executionId, hook }: KnownCall,
  firstId: string,
  deps: Receiving,
): Promise<Reply | undefined> | undefined {
  const shared = deps.sharedAnswers.find(firstId);
  if (!shared) return undefined;
  const reply = deps.waiters.wait(executionId, waitingFor(hook, deps));
  if (reply)
    void shared.then((given) => {
      deps.waiters.settle(executionId, given);
    });
  return reply;
}
