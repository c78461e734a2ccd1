import type { z } from 'zod';
import { accessRecord } from './access.ts';
import { event } from './event.ts';
import { capturedRequest, deduplicationRecord, outcome, rejectedRequest, reply } from './execution.ts';
import { usageRecord } from './usage.ts';
import { webhookLimits, webhookRecord } from './webhook.ts';

/** Names of record headers. All values are text. */
export const recordHeaders = {
  /** Major version of the value's schema. A reader that meets an unknown one pauses. */
  schemaVersion: 'tributary_schema_version',
  /** On requests: the captured request as JSON. */
  request: 'request',
  /** On events: the execution that made it, and where a consumer may answer its caller. */
  executionId: 'tributary_execution_id',
  webhookVersion: 'tributary_webhook_version',
  replyTopic: 'tributary_reply_topic',
  replyPartition: 'tributary_reply_partition',
} as const;

const DAY_MS = 86_400_000;

/** Bytes of the largest record: the largest body a webhook may take, and its headers. */
export const maxRecordBytes = webhookLimits.bodyBytes.max + 1_048_576;

/** A topic, its key, its value, its partitions and its retention. */
export interface TopicDefinition {
  name: string;
  description: string;
  key: string;
  /** Schema of the value; null where the value is not JSON but the bytes of a body. */
  value: z.ZodType | null;
  /** Schema of the JSON in the header `request`, where there is one. */
  request?: z.ZodType;
  schemaVersion: 1;
  partitions: number;
  cleanup: 'compact' | 'delete' | 'compact,delete';
  /** Milliseconds that records are kept at least, where the clean-up deletes. */
  retentionMs?: number;
  segmentBytes?: number;
  /** Milliseconds that tombstones stay after compaction; Kafka's default is a day. */
  tombstonesMs?: number;
}

/** Every topic of the system. `requests`, `replays` and `deduplication` are partitioned alike. */
export const topics = {
  webhooks: {
    name: 'tributary.webhooks',
    description: 'Configuration of every webhook: the latest record of an id counts.',
    key: 'webhook id',
    value: webhookRecord,
    schemaVersion: 1,
    partitions: 1,
    cleanup: 'compact',
  },
  access: {
    name: 'tributary.access',
    description: 'API keys, as hashes; a tombstone ends one.',
    key: 'key id',
    value: accessRecord,
    schemaVersion: 1,
    partitions: 1,
    cleanup: 'compact',
  },
  requests: {
    name: 'tributary.requests',
    description:
      'Captured requests, in order per webhook: the value is the body, the header `request` the rest.',
    key: 'webhook id (execution id where the webhook is not ordered)',
    value: null,
    request: capturedRequest,
    schemaVersion: 1,
    partitions: 6,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
  },
  rejected: {
    name: 'tributary.rejected',
    description:
      'Refused requests, with their cause, and answered handshakes: the value is what was read of the body, the header `request` the rest.',
    key: 'webhook id',
    value: null,
    request: rejectedRequest,
    schemaVersion: 1,
    partitions: 6,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
  },
  replays: {
    name: 'tributary.replays',
    description: 'Requests to be rendered again, as in `tributary.requests`, with `replay_of`.',
    key: 'webhook id',
    value: null,
    request: capturedRequest,
    schemaVersion: 1,
    partitions: 6,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
  },
  deduplication: {
    name: 'tributary.deduplication',
    description:
      "The first execution of each deduplication key: the renderer's state, in the partition that its requests are in.",
    key: 'webhook id, a colon, and the SHA-256 of the deduplication key in hex',
    value: deduplicationRecord,
    schemaVersion: 1,
    partitions: 6,
    cleanup: 'compact,delete',
    retentionMs: webhookLimits.deduplicationSeconds.max * 1_000 + DAY_MS,
    // What is over is soon compacted away: whoever starts reads all that is there.
    segmentBytes: 67_108_864,
    tombstonesMs: 600_000,
  },
  usage: {
    name: 'tributary.usage',
    description: 'Calls per secret and per URL since the last record, and their last use.',
    key: 'webhook id',
    value: usageRecord,
    schemaVersion: 1,
    partitions: 3,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
  },
  outcomes: {
    name: 'tributary.outcomes',
    description: 'How each execution ended.',
    key: 'execution id',
    value: outcome,
    schemaVersion: 1,
    partitions: 6,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
  },
  replies: {
    name: 'tributary.replies',
    description: 'Answers to waiting callers; the partition is the one the asking ingress reads.',
    key: 'execution id',
    value: reply,
    schemaVersion: 1,
    partitions: 16,
    cleanup: 'delete',
    retentionMs: DAY_MS,
    segmentBytes: 16_777_216,
  },
  events: {
    name: 'tributary.events',
    description: 'Every event, in order per resource. Headers carry the CloudEvents Kafka binding.',
    key: 'prefect.resource.id of the event',
    value: event,
    schemaVersion: 1,
    partitions: 6,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
  },
  deadLetters: {
    name: 'tributary.dead-letters',
    description: 'Records that a service could not process, as they came, with the reason in headers.',
    key: 'key of the original record',
    value: null,
    schemaVersion: 1,
    partitions: 3,
    cleanup: 'delete',
    retentionMs: 14 * DAY_MS,
  },
} as const satisfies Record<string, TopicDefinition>;

/** The topic configuration of Kafka for a definition, as `CreateTopics` takes it. */
export function topicConfig(topic: TopicDefinition): Record<string, string> {
  return {
    'cleanup.policy': topic.cleanup,
    'max.message.bytes': String(maxRecordBytes),
    ...(topic.retentionMs === undefined ? {} : { 'retention.ms': String(topic.retentionMs) }),
    ...(topic.tombstonesMs === undefined ? {} : { 'delete.retention.ms': String(topic.tombstonesMs) }),
    ...(topic.segmentBytes === undefined ? {} : { 'segment.bytes': String(topic.segmentBytes) }),
  };
}
