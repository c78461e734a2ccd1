import { readReply, responseLimits } from '@tributary/event-schemas';
import type { ConsumerReply, OutcomeReply, ReplyAnswer } from '@tributary/event-schemas';
import type { IncomingRecord } from '@tributary/messaging';
import { PoisonRecordError } from './errors.ts';
import { storedDay } from './execution-row.ts';

/** An answer to a caller in the columns' names of `execution_answers`. */
export interface AnswerRow {
  partition: number;
  id: string;
  day: string;
  source: 'consumer' | 'renderer';
  log_offset: string;
  status: number;
  content_type: string | null;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * Reads a record of `tributary.replies`; undefined where nothing is to be stored: an outcome without an answer of its own
 * (the executions tell it), or an answer of the renderer that its caller has got inline. A consumer's answer that is not
 * valid is stored as its caller sees it. Throws {@link PoisonRecordError} for an outcome that is none, or of no execution.
 */
export function answerRow(
  { key, value, partition, offset }: Pick<IncomingRecord, 'key' | 'value' | 'partition' | 'offset'>,
  now: number,
): AnswerRow | undefined {
  const read = readReply(value?.toString('utf8') ?? '');
  if (!read) throw new PoisonRecordError('the value is not valid: it is no outcome');
  const answer = read.reply;
  const given = 'outcome' in answer ? rendererAnswer(answer) : consumerAnswer(answer);
  if (!given) return undefined;
  const id = key?.toString('utf8').toLowerCase() ?? '';
  const { status, content_type, headers, body } = given;
  return {
    partition,
    id,
    day: storedDay(id, now),
    source: 'outcome' in answer ? 'renderer' : 'consumer',
    log_offset: String(offset),
    status,
    content_type,
    headers,
    body: Buffer.from(body),
  };
}

/** Kept where a consumer might answer after it, and where its caller is sent to the store for it. */
function rendererAnswer({ outcome, response }: OutcomeReply): ReplyAnswer | undefined {
  if (!response) return undefined;
  const isLarge = Buffer.byteLength(response.body) > responseLimits.inlineBytes;
  return isLarge || outcome !== 'emitted' ? response : undefined;
}

function consumerAnswer(answer: ConsumerReply): ReplyAnswer {
  if (!('error' in answer)) return answer;
  const body = JSON.stringify({ error: answer.error });
  return { status: 400, content_type: 'application/json', headers: {}, body };
}
