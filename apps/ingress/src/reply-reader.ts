import { metrics } from '@opentelemetry/api';
import { readReply, topics } from '@tributary/event-schemas';
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
  const invalid = metrics.getMeter('@tributary/ingress').createCounter('tributary_ingress_invalid_replies', {
    description: 'Answers to callers who waited that were none',
  });
  let reading: { partition: number; reader: ReturnType<typeof createPartitionReader> } | undefined;

  function onRecord({ key, value, offset }: IncomingRecord): void {
    const executionId = key?.toString() ?? '';
    if (!options.isAwaited(executionId)) return;
    const read = readReply(value?.toString('utf8') ?? '');
    if (read) options.onReply(executionId, read.reply);
    if (read && read.fault === undefined) return;
    invalid.add(1);
    const fault = read?.fault ?? 'The outcome is not understood.';
    options.logger.warn({ topic, offset: String(offset), executionId, fault }, 'a reply is not valid');
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
