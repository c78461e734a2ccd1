import { hash, randomBytes, randomUUID } from 'node:crypto';
import {
  activeWebhook,
  capturedRequest,
  maxRecordBytes,
  recordHeaders,
  rejectedRequest,
  settingsRecord,
  topicConfig,
  topics,
  usageRecord,
} from '@tributary/event-schemas';
import type {
  AccessRecord,
  ActiveWebhook,
  ActiveWebhookInput,
  CapturedRequest,
  OutcomeReply,
  RejectedRequest,
  UsageRecord,
  WebhookRecord,
} from '@tributary/event-schemas';
import { createMessaging, createPartitionReader, createPublisher, createTable } from '@tributary/messaging';
import type { IncomingRecord } from '@tributary/messaging';
import { createLogger } from '@tributary/service-runtime';
import { eventually, randomName } from '@tributary/testing';

/** A webhook as a test made it. */
export interface TestWebhook {
  record: ActiveWebhook;
  slug: string;
  path: string;
}

/** A request as it stands on `tributary.requests`. */
export interface StoredRequest {
  request: CapturedRequest;
  body: Buffer;
  record: IncomingRecord;
}

/** What stands around an ingress: management that writes webhooks, and a renderer that reads requests and replies. */
export interface KafkaPlane {
  putWebhook(changes?: Partial<ActiveWebhookInput>): Promise<TestWebhook>;
  /** Writes the next version of a webhook. */
  update(
    webhook: TestWebhook,
    changes: Partial<ActiveWebhookInput> | { deleted: true },
  ): Promise<TestWebhook>;
  /** Every request of a webhook that was read so far, in the order of its partition. */
  requestsOf(webhook: TestWebhook): StoredRequest[];
  /** Execution ids of every request that stands on `tributary.requests`, read from its beginning to its end. */
  storedExecutionIds(): Promise<string[]>;
  /** Chooses the outcome of a request; undefined: no reply. */
  render: (stored: StoredRequest) => OutcomeReply['outcome'] | undefined;
  /** Sends the outcome of a request to the ingress that waits for it. */
  reply(stored: StoredRequest, outcome: OutcomeReply['outcome']): Promise<void>;
  /** Answers the caller of a request as a consumer of its events does. */
  answer(stored: StoredRequest, answer: unknown): Promise<void>;
  /** Writes an API key; undefined takes it back. */
  putKey(id: string, record: AccessRecord | undefined): Promise<void>;
  /** Every refused call of a webhook that was read so far. */
  refusalsOf(webhook: TestWebhook): { request: RejectedRequest; body: Buffer }[];
  usageOf(webhook: TestWebhook): UsageRecord[];
  close(): Promise<void>;
}

const headers = { [recordHeaders.schemaVersion]: '1' };

export async function createKafkaPlane(brokers: string[]): Promise<KafkaPlane> {
  const messaging = createMessaging({
    brokers,
    clientId: randomName('ingress-test'),
    logger: createLogger({ service: 'test', instance: 'test', level: 'error' }),
    maxRecordBytes,
  });
  await eventually(() =>
    messaging.admin.createTopics(
      Object.values(topics).map((topic) => ({
        name: topic.name,
        partitions: topic.partitions,
        config: topicConfig(topic),
      })),
    ),
  );
  const publisher = createPublisher(messaging, { producers: 1, timeoutMs: 30_000 });
  await publisher.start();
  const stored = new Map<string, StoredRequest[]>();
  const refusals: { request: RejectedRequest; body: Buffer }[] = [];
  const usages: UsageRecord[] = [];

  const plane: KafkaPlane = {
    render: () => 'emitted',
    requestsOf: ({ record }) => stored.get(record.id) ?? [],
    storedExecutionIds: async () => {
      const ids: string[] = [];
      const table = createTable(messaging, {
        topic: topics.requests.name,
        decode: ({ headers }) =>
          ids.push((JSON.parse(headers[recordHeaders.request]!) as CapturedRequest).execution_id),
      });
      await table.start();
      await table.stop();
      return ids;
    },
    putWebhook: async (changes) => {
      const slug = randomBytes(16).toString('base64url');
      const webhook = {
        slug,
        path: `/hooks/${slug}`,
        record: activeWebhook.parse({ ...defaults(slug), ...changes }),
      };
      await write(webhook.record);
      return webhook;
    },
    update: async ({ slug, path, record }, changes) => {
      const version = record.version + 1;
      const next = activeWebhook.parse({ ...record, ...changes, version });
      await write('deleted' in changes ? { deleted: true, id: record.id, version } : next);
      return { slug, path, record: next };
    },
    reply: (entry, outcome) => {
      const { execution_id } = entry.request;
      const reply: OutcomeReply = { execution_id, outcome, cause: null, error: null };
      return plane.answer(entry, reply);
    },
    answer: async ({ request }, answer) => {
      await publisher.publish({
        topic: topics.replies.name,
        partition: request.reply_partition!,
        key: request.execution_id,
        value: JSON.stringify(answer),
        headers,
      });
    },
    putKey: async (id, record) => {
      const value = record === undefined ? null : JSON.stringify(record);
      await publisher.publish({ topic: topics.access.name, key: id, value, headers });
    },
    refusalsOf: ({ record }) => refusals.filter(({ request }) => request.webhook_id === record.id),
    usageOf: ({ record }) => usages.filter((usage) => usage.webhook_id === record.id),
    close: async () => {
      await Promise.all(readers.map((reader) => reader.stop()));
      await publisher.stop();
      await messaging.close();
    },
  };

  async function write(value: WebhookRecord): Promise<void> {
    await publisher.publish({
      topic: topics.webhooks.name,
      key: value.id,
      value: JSON.stringify(value),
      headers,
    });
  }

  function onRequest(record: IncomingRecord): void {
    const request = capturedRequest.parse(JSON.parse(record.headers[recordHeaders.request]!));
    const entry = { request, body: record.value!, record };
    const known = stored.get(request.webhook_id);
    if (known) known.push(entry);
    else stored.set(request.webhook_id, [entry]);
    const outcome = plane.render(entry);
    if (outcome !== undefined && request.reply_partition !== null) void plane.reply(entry, outcome);
  }

  const readAll = async (topic: string, onRecord: (record: IncomingRecord) => void) =>
    Array.from({ length: await messaging.admin.partitionCount(topic) }, (_, partition) =>
      createPartitionReader(messaging, { topic, partition, onRecord }),
    );
  const readers = [
    ...(await readAll(topics.requests.name, onRequest)),
    ...(await readAll(topics.rejected.name, (record) => {
      const request = rejectedRequest.parse(JSON.parse(record.headers[recordHeaders.request]!));
      refusals.push({ request, body: record.value! });
    })),
    ...(await readAll(topics.usage.name, ({ value }) => {
      usages.push(usageRecord.parse(JSON.parse(value!.toString())));
    })),
  ];
  await Promise.all(readers.map((reader) => reader.start()));
  return plane;
}

function defaults(slug: string): ActiveWebhook {
  return {
    id: randomUUID(),
    account: randomUUID(),
    workspace: randomUUID(),
    ...settingsRecord.parse({
      name: 'test',
      template: '{}',
      limits: { requests_per_second: null, concurrency: null },
    }),
    version: 1,
    created: '2026-01-01T00:00:00Z',
    updated: '2026-01-01T00:00:00Z',
    slug_sha256: hash('sha256', slug, 'hex'),
    slug_encrypted: 'v1.k1.test',
  };
}
