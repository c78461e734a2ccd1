import { consumerReply, recordHeaders } from '@tributary/event-schemas';
import { MessagingError } from '@tributary/messaging';
import type { Publisher } from '@tributary/messaging';
import type { Context } from '@opentelemetry/api';
import { ConsumerError } from './errors.ts';
import type { Answer, EventRecord, Execution } from './types.ts';

/** Where the caller of an execution waits for its answer. */
interface ReplyAddress {
  topic: string;
  partition: number;
  executionId: string;
}

/** The execution that a record's headers tell of; null when an event came from no webhook. */
export function executionOf({ headers }: Pick<EventRecord, 'headers'>): Execution | null {
  const id = headers[recordHeaders.executionId];
  if (id === undefined) return null;
  const version = headers[recordHeaders.webhookVersion];
  return {
    id,
    webhookVersion: version === undefined ? null : Number(version),
    awaitsReply: replyAddress(headers) !== undefined,
  };
}

function replyAddress(headers: Record<string, string>): ReplyAddress | undefined {
  const topic = headers[recordHeaders.replyTopic];
  const partition = headers[recordHeaders.replyPartition] ?? '';
  const executionId = headers[recordHeaders.executionId];
  if (topic === undefined || executionId === undefined || !/^\d{1,9}$/.test(partition)) return undefined;
  return { topic, partition: Number(partition), executionId };
}

/** The function `reply` of one attempt on one record. */
export function createReply(
  publisher: Publisher,
  { headers }: Pick<EventRecord, 'headers'>,
  { traceContext }: { traceContext: Context },
): (answer: Answer) => Promise<boolean> {
  return async (answer) => {
    const checked = consumerReply.safeParse('error' in answer ? answer : { status: 200, ...answer });
    if (!checked.success) {
      const faults = checked.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
      throw new ConsumerError('invalid_answer', `The answer is not valid: ${faults.join('; ')}.`);
    }
    const address = replyAddress(headers);
    if (address === undefined) return false;
    const { topic, partition, executionId } = address;
    try {
      await publisher.publish({
        topic,
        partition,
        key: executionId,
        value: JSON.stringify(checked.data),
        headers: { [recordHeaders.schemaVersion]: '1' },
        traceContext,
      });
    } catch (error) {
      if (!(error instanceof MessagingError) || error.code !== 'record_too_large') throw error;
      throw new ConsumerError('answer_too_large', error.message, { cause: error });
    }
    return true;
  };
}
