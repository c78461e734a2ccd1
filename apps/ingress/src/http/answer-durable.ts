import { signResponseUrl } from '@tributary/encryption';
import { outcomeStatus, responseLimits } from '@tributary/event-schemas';
import type { ConsumerReply, OutcomeReply, Reply, ReplyAnswer } from '@tributary/event-schemas';
import type { Hook } from '../webhook-directory.ts';
import type { KnownCall, Receiving } from './call.ts';
import type { Answer } from './send-answer.ts';

/** How long the URL of a large answer can be followed. */
const ANSWER_URL_SECONDS = 300;

/** Whether a reply is the renderer's word on the outcome; else it is a consumer's answer. */
export function isOutcomeReply(reply: Reply): reply is OutcomeReply {
  return 'outcome' in reply;
}

/** Which reply answers the callers of a mode: of a `sync` webhook's events the consumers answer, of all others nobody. */
export function acceptedReplies({ mode }: Pick<Hook, 'mode'>): (reply: Reply) => boolean {
  return mode === 'sync' ? answersSync : isOutcomeReply;
}

function answersSync(reply: Reply): boolean {
  return !isOutcomeReply(reply) || reply.outcome !== 'emitted';
}

/** What the caller of a durable call is told. `reply`: what came of it in time. */
export function answerDurable(call: KnownCall, reply: Reply | undefined, deps: Receiving): Answer {
  const { executionId, hook } = call;
  switch (hook.mode) {
    case 'receipt':
      return { status: 200, body: `{"executionId":"${executionId}"}` };
    case 'quiet':
      return { status: reply && isOutcomeReply(reply) ? outcomeStatus(reply) : 202 };
    case 'custom':
      if (!reply) return { status: 202, body: `{"executionId":"${executionId}"}` };
      return isOutcomeReply(reply) ? answerOutcome(call, reply, deps) : { status: 202 };
    case 'sync':
      if (!reply) return accepted(call, deps);
      return isOutcomeReply(reply) ? answerOutcome(call, reply, deps) : answerConsumer(call, reply, deps);
  }
}

function accepted({ executionId, hook }: KnownCall, { publicUrl }: Receiving): Answer {
  const status_url = executionUrl(publicUrl, hook, executionId);
  return {
    status: 202,
    body: JSON.stringify({ executionId, status_url }),
    headers: ['location', status_url],
  };
}

function answerOutcome(call: KnownCall, reply: OutcomeReply, deps: Receiving): Answer {
  if (reply.response) return answerInline(call, reply.response, deps);
  const status = outcomeStatus(reply);
  if (status === 204) return { status };
  // What is wrong with a template is for the webhook's owner, in the execution; what is wrong with a body for its sender.
  const { error } = reply;
  const body =
    reply.cause === 'schema' && error
      ? { error: error.message, pointer: error.pointer }
      : { error: 'The request could not be interpreted.' };
  return { status, body: JSON.stringify(body) };
}

/** What a consumer answers. */
export function answerConsumer(call: KnownCall, reply: ConsumerReply, deps: Receiving): Answer {
  if ('error' in reply) return { status: 400, body: JSON.stringify({ error: reply.error }) };
  return answerInline(call, reply, deps);
}

/** The answer itself, or, where it is large, where it is stored. */
function answerInline(call: KnownCall, answer: ReplyAnswer, deps: Receiving): Answer {
  const { status, content_type: contentType, headers, body } = answer;
  if (Buffer.byteLength(body) > responseLimits.inlineBytes) return storedAnswer(call, deps);
  return {
    status,
    ...(body === '' && contentType === null ? {} : { body }),
    contentType: contentType ?? 'text/plain; charset=utf-8',
    headers: Object.entries(headers).flat(),
  };
}

/** Where the answer to a call is stored, or will be. */
export function storedAnswer(call: KnownCall, deps: Receiving): Answer {
  return { status: 303, headers: ['location', signedUrl(call, deps)] };
}

function signedUrl({ executionId, hook }: KnownCall, { publicUrl, ring, now }: Receiving): string {
  const expires = Math.floor(now() / 1_000) + ANSWER_URL_SECONDS;
  const { signature } = signResponseUrl(ring, executionId, expires);
  return `${executionUrl(publicUrl, hook, executionId)}/response?expires=${expires}&signature=${signature}`;
}

function executionUrl(publicUrl: string, { account, workspace }: Hook, executionId: string): string {
  return `${publicUrl}/api/accounts/${account}/workspaces/${workspace}/executions/${executionId}`;
}
