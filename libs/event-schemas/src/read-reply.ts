import { outcomeReply } from './execution.ts';
import type { Reply } from './execution.ts';
import { parseJson } from './json.ts';
import { consumerReply } from './reply-answer.ts';
import type { ReplyAnswer } from './reply-answer.ts';

/** What the caller is told when its consumer's answer is none: it shows nothing of that. */
export const invalidAnswer: ReplyAnswer = {
  status: 502,
  content_type: 'application/json',
  headers: {},
  body: '{"error":"The answer of the webhook\'s consumer is not valid."}',
};

/**
 * The value of a record of `tributary.replies` as every reader takes it: whoever is first counts, so what is no answer
 * answers too, by {@link invalidAnswer}, and `fault` says what is wrong with it. Undefined: an outcome that is not
 * understood, which answers nothing.
 */
export function readReply(value: string): { reply: Reply; fault?: string } | undefined {
  const json = parseJson(value);
  if (json === undefined) return { reply: invalidAnswer, fault: 'The value is not JSON.' };
  if (typeof json === 'object' && json !== null && 'outcome' in json) {
    const { data } = outcomeReply.safeParse(json);
    return data && { reply: data };
  }
  const result = consumerReply.safeParse(json);
  return result.success ? { reply: result.data } : { reply: invalidAnswer, fault: faultOf(json) };
}

/** The union's own message is that nothing fits: which of its members was meant is told by what is there. */
function faultOf(json: unknown): string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'It is no object.';
  if ('error' in json) return '"error" is not a text, or is empty.';
  if (!('status' in json) && !('body' in json)) return 'It has neither a status, nor a body, nor an error.';
  const { error } = consumerReply.options[1].options['status' in json ? 0 : 1].safeParse(json);
  const [issue] = error?.issues ?? [];
  return `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}`;
}
