import { recordHeaders, topics } from '@tributary/event-schemas';
import type { TopicDefinition } from '@tributary/event-schemas';
import type { IncomingRecord } from '@tributary/messaging';
import type { Pool } from '@tributary/postgres';
import { answerRow } from '../answer-row.ts';
import type { AnswerRow } from '../answer-row.ts';
import { PoisonRecordError } from '../errors.ts';
import { eventDay, eventRow } from '../event-row.ts';
import type { EventRow } from '../event-row.ts';
import { writeEvents } from '../event-writer.ts';
import { outcomeRow, rejectedRow, requestRow } from '../execution-row.ts';
import type { OutcomeRow, Reading, RejectedRow, RequestRow } from '../execution-row.ts';
import { writeAnswers, writeOutcomes, writeRejected, writeRequests } from '../execution-writer.ts';
import type { Partitions } from '../partitions.ts';
import { createTopicStore } from './topic-store.ts';
import type { Batch, TopicRows } from './topic-store.ts';

/** A topic that is stored, with its own consumer group: what holds up one does not hold up the others. */
export interface StoredTopic {
  topic: string;
  groupId: string;
  store: (batch: Batch) => Promise<void>;
  /** Milliseconds that a record may wait for others. */
  lingerMs: number;
}

/** What nobody waits for is asked for less often: every fetch of an idle topic costs. */
const LINGER_MS = { waitedFor: 100, atLeisure: 500 };

/** Told of each batch of events: how many were new, how many known, and when each was received. */
export type OnStored = (batch: { stored: number; repeated: number; received: string[] }) => void;

export function storedTopics(
  deps: { pool: Pool; partitions: Partitions },
  { onStored, now = Date.now }: { onStored: OnStored; now?: () => number },
): StoredTopic[] {
  const reading = ({ partition }: IncomingRecord): Reading => ({ partition, now: now() });
  const family = 'executions';
  const day = (row: { day: string }): string => row.day;

  const events: TopicRows<EventRow> = {
    family: 'events',
    decode: (record) => eventRow(text(record.value), reading(record)),
    day: eventDay,
    write: async (client, batch) => {
      const { moved, stored } = await writeEvents(client, batch);
      const written = batch.rows.filter(({ partition }) => moved.includes(partition));
      const received = written.map((row) => row.received);
      onStored({ stored, repeated: written.length - stored, received });
      return moved;
    },
  };
  const requests: TopicRows<RequestRow> = {
    family,
    decode: (record) => requestRow(record.headers[recordHeaders.request], record.value, reading(record)),
    day,
    write: writeRequests,
  };
  const rejected: TopicRows<RejectedRow> = {
    family,
    decode: (record) => rejectedRow(record.headers[recordHeaders.request], record.value, reading(record)),
    day,
    write: writeRejected,
  };
  const outcomes: TopicRows<OutcomeRow> = {
    family,
    decode: (record) => outcomeRow(text(record.value), reading(record)),
    day,
    write: writeOutcomes,
  };
  const answers: TopicRows<AnswerRow> = {
    family,
    decode: (record) => answerRow(record, now()),
    day,
    write: writeAnswers,
  };

  const stored = (
    { name: topic }: TopicDefinition,
    store: StoredTopic['store'],
    lingerMs = LINGER_MS.waitedFor,
  ): StoredTopic => ({
    topic,
    lingerMs,
    groupId: `tributary.event-store.${topic.replace('tributary.', '')}`,
    store,
  });
  return [
    stored(topics.events, createTopicStore(deps, events)),
    stored(topics.requests, createTopicStore(deps, requests)),
    stored(topics.replays, createTopicStore(deps, requests), LINGER_MS.atLeisure),
    stored(topics.rejected, createTopicStore(deps, rejected), LINGER_MS.atLeisure),
    stored(topics.outcomes, createTopicStore(deps, outcomes)),
    stored(topics.replies, createTopicStore(deps, answers)),
  ];
}

function text(value: Buffer | null): string {
  if (value === null) throw new PoisonRecordError('the record has no value');
  return value.toString('utf8');
}
