import { consumerReply, outcomeReply, topics } from '@tributary/event-schemas';
import type { Reply } from '@tributary/event-schemas';
import { createPartitionReader } from '@tributary/messaging';
import type { IncomingRecord, Messaging } from '@tributary/messaging';
import type { Health, Logger, Member } from '@tributary/service-runtime';
import { chooseReplyPartition } from './reply-partition.ts';

/** The part of an instance that reads its own partition of `tributary.replies`. */
export interface ReplyReader extends Member {
  /** The partition on which a reply is sure to be seen; null while it is not. */
  partition: () => number | null;
  health: () => Health;
}

export function createReplyReader(
  messaging: Messaging,
  options: {
    instanceId: string;
    /** Given: read this one instead of choosing. */
    partition: number | undefined;
    /** Whether somebody here waits for the reply to an execution: no other is read. */
    isAwaited: (executionId: string) => boolean;
    onReply: (executionId: string, reply: Reply) => void;
    logger: Logger;
  },
): ReplyReader {
  const topic = topics.replies.name;
  let reading: { partition: number; reader: ReturnType<typeof createPartitionReader> } | undefined;

  function onRecord({ key, value, offset }: IncomingRecord): void {
    const executionId = key?.toString() ?? '';
    if (!options.isAwaited(executionId)) return;
    const reply = decodeReply(value);
    if (reply) options.onReply(executionId, reply);
    else options.logger.warn({ topic, offset: String(offset), executionId }, 'a reply could not be read');
  }

  const health = (): Health => reading?.reader.health() ?? { healthy: false, detail: 'not started' };
  return {
    partition: () => (reading && health().healthy ? reading.partition : null),
    health,
    start: async () => {
      const partition =
        options.partition ??
        chooseReplyPartition(options.instanceId, await messaging.admin.partitionCount(topic));
      const reader = createPartitionReader(messaging, { topic, partition, onRecord });
      reading = { partition, reader };
      await reader.start();
      options.logger.info({ topic, partition }, 'waits for replies');
    },
    stop: () => reading?.reader.stop(),
  };
}

/** A reply of the renderer, which names its execution and the outcome, or of a consumer; undefined when it is neither. */
export function decodeReply(value: Buffer | null): Reply | undefined {
  if (value === null) return undefined;
  try {
    const json: unknown = JSON.parse(value.toString('utf8'));
    const isOutcome = typeof json === 'object' && json !== null && 'outcome' in json;
    return (isOutcome ? outcomeReply : consumerReply).safeParse(json).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
