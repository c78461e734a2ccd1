import { recordHeaders, topics } from '@tributary/event-schemas';
import type { TopicDefinition } from '@tributary/event-schemas';
import type { Pool } from '@tributary/postgres';
import { PoisonRecordError } from '../errors.ts';
import { eventDay, eventRow } from '../event-row.ts';
import type { EventRow } from '../event-row.ts';
import { writeEvents } from '../event-writer.ts';
import { outcomeRow, requestRow } from '../execution-row.ts';
import type { OutcomeRow, RequestRow } from '../execution-row.ts';
import { writeOutcomes, writeRequests } from '../execution-writer.ts';
import type { Partitions } from '../partitions.ts';
import { forgetPosition, readPositions } from '../positions.ts';
import { createTopicStore } from './topic-store.ts';
import type { Batch, TopicRows } from './topic-store.ts';

/** A topic that is stored, with its own consumer group: what holds up one does not hold up the others. */
export interface StoredTopic {
  topic: string;
  groupId: string;
  /** The next offset to read of each partition, where anything was stored of it. */
  positions: (partitions: number[]) => Promise<Map<number, bigint>>;
  /** Forgets the position of a partition. */
  forget: (partition: number) => Promise<void>;
  store: (batch: Batch) => Promise<void>;
}

/** Told of each batch of events: how many were new, how many known, and when each was received. */
export type OnStored = (batch: { stored: number; repeated: number; received: string[] }) => void;

export function storedTopics(
  deps: { pool: Pool; partitions: Partitions },
  { onStored, now = Date.now }: { onStored: OnStored; now?: () => number },
): StoredTopic[] {
  const events: TopicRows<EventRow> = {
    family: 'events',
    decode: ({ value }) => eventRow(text(value), now()),
    day: eventDay,
    write: async (client, rows) => {
      const stored = await writeEvents(client, rows);
      onStored({ stored, repeated: rows.length - stored, received: rows.map(({ received }) => received) });
    },
  };
  const requests: TopicRows<RequestRow> = {
    family: 'executions',
    decode: ({ headers, value }) => requestRow(headers[recordHeaders.request], value, now()),
    day: ({ day }) => day,
    write: writeRequests,
  };
  const outcomes: TopicRows<OutcomeRow> = {
    family: 'executions',
    decode: ({ value }) => outcomeRow(text(value), now()),
    day: ({ day }) => day,
    write: writeOutcomes,
  };
  const stored = ({ name: topic }: TopicDefinition, store: StoredTopic['store']): StoredTopic => ({
    topic,
    groupId: `tributary.event-store.${topic.replace('tributary.', '')}`,
    positions: (partitions) => readPositions(deps.pool, topic, partitions),
    forget: (partition) => forgetPosition(deps.pool, topic, partition),
    store,
  });
  return [
    stored(topics.events, createTopicStore(deps, events)),
    stored(topics.requests, createTopicStore(deps, requests)),
    stored(topics.outcomes, createTopicStore(deps, outcomes)),
  ];
}

function text(value: Buffer | null): string {
  if (value === null) throw new PoisonRecordError('the record has no value');
  return value.toString('utf8');
}
