import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createKeyRing, encrypt } from '@tributary/encryption';
import { maxRecordBytes, recordHeaders, settingsRecord, topicConfig, topics } from '@tributary/event-schemas';
import type { ActiveWebhook, CapturedRequest, Event, Outcome, OutcomeReply } from '@tributary/event-schemas';
import { createMessaging, createPartitionReader, createPublisher, createSink } from '@tributary/messaging';
import type { IncomingRecord } from '@tributary/messaging';
import { eventually, kafkaForTests, randomName } from '@tributary/testing';
import { aCapturedRequest } from './captured.ts';

export const MASTER_KEY = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
export const ACCOUNT = '00000000-0000-4000-8000-00000000000a';
export const WORKSPACE = '00000000-0000-4000-8000-00000000000b';
/** The partition of the replies on which the tests wait, as an ingress would. */
export const REPLY_PARTITION = 3;

const VERSION = { [recordHeaders.schemaVersion]: '1' };
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {
  return undefined;
}

export interface EmittedEvent {
  event: Event;
  text: string;
  key: string;
  headers: Record<string, string>;
  partition: number;
  offset: bigint;
}

/** Kafka as the neighbours of the renderer see it: what they write to it, and what they read from it, committed only. */
export type Pipeline = Awaited<ReturnType<typeof startPipeline>>;

/** A topic that a webhook may name for its events. */
export const FURTHER_TOPIC = 'events.renderer-test';

export async function startPipeline() {
  const { brokers } = await kafkaForTests();
  const messaging = createMessaging({ brokers, clientId: 'renderer-test', logger: silent, maxRecordBytes });
  await messaging.admin.createTopics(
    [...Object.values(topics), { ...topics.events, name: FURTHER_TOPIC }].map((topic) => ({
      name: topic.name,
      partitions: topic.partitions,
      config: topicConfig(topic),
    })),
  );
  const publisher = createPublisher(messaging, {});
  await publisher.start();

  const events: EmittedEvent[] = [];
  const outcomes = new Map<string, Outcome[]>();
  const deadLetters: IncomingRecord[] = [];
  const further: IncomingRecord[] = [];
  const replies = new Map<string, OutcomeReply[]>();
  const take: Record<string, (record: IncomingRecord) => void> = {
    [topics.events.name]: (record) => {
      const { key, value, headers, partition, offset } = record;
      const text = value!.toString();
      events.push({
        event: JSON.parse(text) as Event,
        text,
        key: key!.toString(),
        headers,
        partition,
        offset,
      });
    },
    [topics.outcomes.name]: ({ value }) => {
      const outcome = JSON.parse(value!.toString()) as Outcome;
      outcomes.set(outcome.execution_id, [...(outcomes.get(outcome.execution_id) ?? []), outcome]);
    },
    [topics.deadLetters.name]: (record) => deadLetters.push(record),
    [FURTHER_TOPIC]: (record) => further.push(record),
  };
  const beginnings = new Map<string, Map<number, bigint>>();
  for (const topic of Object.keys(take)) {
    const marks = await messaging.admin.watermarks(topic);
    beginnings.set(topic, new Map(marks.map(({ partition, high }) => [partition, high])));
  }
  const seen = new Map<string, bigint>();
  const sink = createSink(messaging, {
    groupId: randomName('renderer-test'),
    topics: Object.keys(take),
    deadLetterTopic: topics.deadLetters.name,
    service: 'renderer-test',
    positions: (topic, partitions) =>
      Promise.resolve(
        new Map(
          partitions.map((partition) => [
            partition,
            seen.get(`${topic} ${partition}`) ?? beginnings.get(topic)!.get(partition)!,
          ]),
        ),
      ),
    forgetPosition: () => Promise.resolve(),
    store: ({ topic, partition, records, next }) => {
      for (const record of records) take[topic]!(record);
      seen.set(`${topic} ${partition}`, next);
      return Promise.resolve();
    },
  });
  await sink.start();
  const replyReader = createPartitionReader(messaging, {
    topic: topics.replies.name,
    partition: REPLY_PARTITION,
    onRecord: ({ value }) => {
      const reply = JSON.parse(value!.toString()) as OutcomeReply;
      replies.set(reply.execution_id, [...(replies.get(reply.execution_id) ?? []), reply]);
    },
  });
  await replyReader.start();

  return {
    brokers,
    events,
    outcomes,
    deadLetters,
    /** Records of {@link FURTHER_TOPIC}. */
    further,
    replies,
    /** Writes a record as it is. */
    publish: publisher.publish.bind(publisher),
    /** Saves a webhook, as management does. */
    saveWebhook: async (
      template: string,
      changes: Partial<ActiveWebhook> = {},
    ): Promise<ActiveWebhook & { slug: string }> => {
      const slug = randomBytes(16).toString('base64url');
      const webhook = aWebhook({ template, ...changes }, slug);
      await publisher.publish({
        topic: topics.webhooks.name,
        key: webhook.id,
        value: JSON.stringify(webhook),
        headers: VERSION,
      });
      return { ...webhook, slug };
    },
    deleteWebhook: async ({ id, version }: ActiveWebhook): Promise<void> => {
      const value = JSON.stringify({ deleted: true, id, version: version + 1 });
      await publisher.publish({ topic: topics.webhooks.name, key: id, value, headers: VERSION });
    },
    /** Puts a captured request on Kafka, as the ingress does; resolves with its execution id once it is durable. */
    call: async (
      webhook: Pick<ActiveWebhook, 'id' | 'version'>,
      body: string | Buffer = '',
      changes: Partial<CapturedRequest> = {},
    ): Promise<string> => {
      const request = aCapturedRequest({
        webhook_id: webhook.id,
        webhook_version: webhook.version,
        account: ACCOUNT,
        workspace: WORKSPACE,
        ...changes,
      });
      const headers = { ...VERSION, [recordHeaders.request]: JSON.stringify(request) };
      await publisher.publish({
        topic: request.replay_of === null ? topics.requests.name : topics.replays.name,
        key: webhook.id,
        value: Buffer.from(body as string),
        headers,
      });
      return request.execution_id;
    },
    /** The outcome of an execution, once it is committed. */
    outcomeOf: (executionId: string): Promise<Outcome> =>
      eventually(() => {
        const [outcome] = outcomes.get(executionId) ?? [];
        if (!outcome) throw new Error(`no outcome of ${executionId}`);
        return outcome;
      }),
    /** The events of an execution that are there, in the order of its outcome. */
    eventsOf: async (outcome: Outcome): Promise<EmittedEvent[]> =>
      eventually(() =>
        outcome.events.map((id) => {
          const found = events.find(({ event }) => event.id === id);
          if (!found) throw new Error(`no event ${id}`);
          return found;
        }),
      ),
    stop: async (): Promise<void> => {
      await replyReader.stop();
      await sink.stop();
      await publisher.stop();
      await messaging.close();
    },
  };
}

function aWebhook(changes: Partial<ActiveWebhook> & { template: string }, slug: string): ActiveWebhook {
  const id = changes.id ?? randomUUID();
  return {
    id,
    account: ACCOUNT,
    workspace: WORKSPACE,
    version: 1,
    created: '2026-01-01T00:00:00Z',
    updated: '2026-01-01T00:00:00Z',
    ...settingsRecord.parse({ name: 'models', template: changes.template }),
    slug_sha256: createHash('sha256').update(slug).digest('hex'),
    slug_encrypted: encrypt(createKeyRing(MASTER_KEY), slug, `webhook:${id}:slug`),
    ...changes,
  };
}
