import { createApiKeyDirectory } from '@tributary/api-auth';
import { accessRecord, maxRecordBytes, parseJson, topics } from '@tributary/event-schemas';
import type { AccessRecord } from '@tributary/event-schemas';
import {
  createFollower,
  createMessaging,
  createPublisher,
  createTable,
  createTransformer,
} from '@tributary/messaging';
import type { IncomingRecord } from '@tributary/messaging';
import { httpServer } from '@tributary/service-runtime';
import type { ServiceContext } from '@tributary/service-runtime';
import { createEnvironment, createThrottle } from '@tributary/templating';
import { createBacklog } from './backlog.ts';
import type { RendererConfig } from './config.ts';
import { capturedRequests } from './consumers/captured-requests.ts';
import { replayedRequests } from './consumers/replayed-requests.ts';
import { createDeduplication } from './deduplication.ts';
import { createFurtherTopics } from './further-topics.ts';
import { createApp } from './http/app.ts';
import { createObserver } from './observer.ts';
import { createPreparedWebhooks } from './prepared-webhook.ts';
import { createStoredRequests } from './stored-requests.ts';
import { systemClock } from './steps.ts';
import { createWebhookDirectory, decodeWebhook } from './webhook-directory.ts';
import type { KnownWebhook } from './webhook-directory.ts';
import { createWebhookUrls } from './webhook-url.ts';

/** The consumer group, and the beginning of the transactional ids: the same for all instances, for ever. */
const GROUP = 'template-renderer';
const REPLAYS_GROUP = 'template-renderer-replays';
/**
 * Renders that hit a limit may take three thousandths of the time, after fifty milliseconds at once: neighbours hardly feel
 * that, and a webhook of which one call in many is too large for its limits loses that call only.
 */
const THROTTLE = { burstMs: 50, msPerSecond: 3 };
/** Replays that requests may have to wait for. */
const REPLAYS_AT_ONCE = 50;

/** Builds the renderer: parts are added in the order in which they start, and stop in reverse. Returns its port, for tests. */
export function buildRenderer({ config, logger, lifecycle }: ServiceContext<RendererConfig>): {
  port: () => number;
} {
  const messaging = createMessaging({
    brokers: config.KAFKA_BROKERS,
    clientId: `${GROUP}-${config.INSTANCE_ID}`,
    logger,
    maxRecordBytes,
  });
  const environment = createEnvironment({
    limits: {
      steps: config.MAX_TEMPLATE_STEPS,
      rangeLength: config.MAX_TEMPLATE_RANGE,
      loops: config.MAX_TEMPLATE_LOOPS,
      loopDepth: config.MAX_TEMPLATE_LOOP_DEPTH,
    },
    uiUrl: config.PUBLIC_URL,
  });
  const keys = createApiKeyDirectory();
  const access = createTable<AccessRecord>(messaging, {
    topic: topics.access.name,
    decode: decodeAccess,
    onChange: (id, record) => {
      if (record) keys.put(record);
      else keys.remove(id);
    },
  });
  const table = createTable<KnownWebhook>(messaging, {
    topic: topics.webhooks.name,
    decode: decodeWebhook,
    onChange: (id) => {
      webhooks.changed(id);
    },
    supersedes: (next, known) => next.version >= known.version,
  });
  const webhooks = createWebhookDirectory({
    get: (id) => table.get(id),
    provenCurrentAt: () => table.provenCurrentAt(),
    graceMs: config.WEBHOOK_GRACE_MS,
  });
  const replies = createPublisher(messaging, { producers: 1 });
  const deduplication = createDeduplication({
    maxBytes: config.MAX_DEDUPLICATION_BYTES,
    onForgotten: (count) => {
      logger.warn(
        { count },
        'deduplication keys were forgotten before their windows ended, for want of memory',
      );
    },
  });
  const keysOfOthers = createFollower(messaging, {
    topic: topics.deduplication.name,
    onRecord: (record) => deduplication.read(record),
  });
  const throttle = createThrottle(THROTTLE);
  const rendering = {
    webhooks,
    prepared: createPreparedWebhooks(environment, { max: config.COMPILED_TEMPLATES }),
    furtherTopics: createFurtherTopics(messaging.topics),
    throttle,
    url: createWebhookUrls({ masterKey: config.MASTER_KEY, publicUrl: config.PUBLIC_URL }),
    observer: createObserver(logger),
    logger,
    now: systemClock,
    publish: replies.publish.bind(replies),
  };
  const shared = { transactionalIdPrefix: GROUP, deadLetterTopic: topics.deadLetters.name, service: GROUP };
  const requests = createTransformer(messaging, {
    ...shared,
    groupId: GROUP,
    topics: [topics.requests.name],
    maxBatchRecords: config.MAX_BATCH_RECORDS,
    restore: ({ partition, signal }) => keysOfOthers.caughtUp(partition, signal),
    transform: capturedRequests({ ...rendering, deduplication }),
  });
  const replays = createTransformer(messaging, {
    ...shared,
    groupId: REPLAYS_GROUP,
    topics: [topics.replays.name],
    maxBatchRecords: Math.min(config.MAX_BATCH_RECORDS, REPLAYS_AT_ONCE),
    transform: replayedRequests({
      ...rendering,
      backlog: createBacklog(messaging.admin, { groupId: GROUP, topic: topics.requests.name }),
    }),
  });
  const app = createApp({
    lifecycle,
    logger,
    keys,
    environment,
    throttle,
    storedRequests: createStoredRequests(config.EVENT_STORE_URL ?? config.PUBLIC_URL),
    now: systemClock,
    publicUrl: config.PUBLIC_URL,
  });
  const http = httpServer(app, {
    port: config.PORT,
    host: config.HOST,
    drainDelayMs: config.DRAIN_DELAY_MS,
  });

  lifecycle.add('messaging', { stop: () => messaging.close() });
  lifecycle.add('access', access);
  lifecycle.add('webhooks', table);
  lifecycle.add('replies', replies);
  lifecycle.add('deduplication', { health: () => keysOfOthers.health(), stop: () => keysOfOthers.stop() });
  lifecycle.add('requests', requests);
  lifecycle.add('replays', replays);
  lifecycle.add('http', http);
  return { port: http.port };
}

function decodeAccess({ value }: Pick<IncomingRecord, 'value'>): AccessRecord | undefined {
  return value === null ? undefined : accessRecord.safeParse(parseJson(value.toString())).data;
}
