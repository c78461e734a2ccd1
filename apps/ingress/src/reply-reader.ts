import { outcomeReply, topics } from '@tributary/event-schemas';
import type { OutcomeReply } from '@tributary/event-schemas';
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
    onReply: (reply: OutcomeReply) => void;
    logger: Logger;
  },
): ReplyReader {
  const topic = topics.replies.name;
  let reading: { partition: number; reader: ReturnType<typeof createPartitionReader> } | undefined;

  function onRecord({ value, offset }: IncomingRecord): void {
    const reply = decodeReply(value);
    if (reply) options.onReply(reply);
    else options.logger.warn({ topic, offset: String(offset) }, 'a reply could not be read');
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

function decodeReply(value: Buffer | null): OutcomeReply | undefined {
  if (value === null) return undefined;
  try {
    return outcomeReply.safeParse(JSON.parse(value.toString('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
