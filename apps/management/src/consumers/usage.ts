import { setTimeout as delay } from 'node:timers/promises';
import { recordHeaders, topics, usageRecord } from '@tributary/event-schemas';
import type { UsageRecord } from '@tributary/event-schemas';
import { createSink, RetryableError } from '@tributary/messaging';
import type { IncomingRecord, Messaging } from '@tributary/messaging';
import { isRetryable, storedPositions, storeOnce } from '@tributary/postgres';
import type { Pool } from '@tributary/postgres';
import type { Member } from '@tributary/service-runtime';
import { addUsage } from '../usage-store.ts';

const TOPIC = topics.usage.name;
const STOP_MS = 2_000;

/** Reads `tributary.usage`: each record is counted once. Records may wait a second for others, since nobody waits for them. */
export function createUsageReader(messaging: Messaging, pool: Pool): Member {
  const sink = createSink(messaging, {
    groupId: 'tributary.management.usage',
    topics: [TOPIC],
    deadLetterTopic: topics.deadLetters.name,
    service: 'management',
    lingerMs: 500,
    ...storedPositions(pool),
    store: async (batch) => {
      try {
        await storeOnce(pool, batch, (client, fresh) => addUsage(client, fresh.map(readUsage)));
      } catch (error) {
        if (isRetryable(error)) throw new RetryableError('Postgres cannot store now', { cause: error });
        throw error;
      }
    },
  });
  return {
    // Not waited for: nothing that is asked of this service needs Kafka or the last use of a secret.
    start: () => {
      sink.start().catch((error: unknown) => {
        messaging.logger.error({ error }, 'the reader of usage could not start');
      });
    },
    // For whoever looks: the service is no less ready without it.
    health: () => ({ healthy: true, detail: sink.health().detail }),
    // Counts and position are one transaction, so that it may be cut off anywhere; without Kafka leaving takes long.
    stop: () => Promise.race([sink.stop(), delay(STOP_MS, undefined, { ref: false })]),
  };
}

function readUsage({ headers, value }: IncomingRecord): UsageRecord {
  const version = headers[recordHeaders.schemaVersion] ?? '1';
  if (version !== '1')
    throw new RetryableError(`usage of schema version ${version} needs a newer management`);
  return usageRecord.parse(JSON.parse(String(value)));
}
