import { createApiKeyDirectory } from '@tributary/api-auth';
import { accessRecord, maxRecordBytes, topics } from '@tributary/event-schemas';
import type { AccessRecord } from '@tributary/event-schemas';
import { createMessaging, createPublisher, createTable, createTransformer } from '@tributary/messaging';
import type { IncomingRecord } from '@tributary/messaging';
import { httpServer } from '@tributary/service-runtime';
import type { ServiceContext } from '@tributary/service-runtime';
import { createEnvironment } from '@tributary/templating';
import type { RendererConfig } from './config.ts';
import { capturedRequests } from './consumers/captured-requests.ts';
import { createApp } from './http/app.ts';
import { createObserver } from './observer.ts';
import { systemClock } from './steps.ts';
import { createTemplates } from './templates.ts';
import { createWebhookDirectory, decodeWebhook } from './webhook-directory.ts';
import type { KnownWebhook } from './webhook-directory.ts';
import { createWebhookUrls } from './webhook-url.ts';

/** The consumer group, and the beginning of the transactional ids: the same for all instances, for ever. */
const GROUP = 'template-renderer';

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
    limits: { steps: config.MAX_TEMPLATE_STEPS },
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
  const transformer = createTransformer(messaging, {
    groupId: GROUP,
    topics: [topics.requests.name],
    transactionalIdPrefix: GROUP,
    maxBatchRecords: config.MAX_BATCH_RECORDS,
    deadLetterTopic: topics.deadLetters.name,
    service: GROUP,
    transform: capturedRequests({
      webhooks,
      templates: createTemplates(environment, { max: config.COMPILED_TEMPLATES }),
      url: createWebhookUrls({ masterKey: config.MASTER_KEY, publicUrl: config.PUBLIC_URL }),
      observer: createObserver(logger),
      logger,
      now: systemClock,
      publish: (record) => replies.publish(record),
    }),
  });
  const app = createApp({
    lifecycle,
    logger,
    keys,
    environment,
    now: systemClock,
    publicUrl: config.PUBLIC_URL,
  });
  const http = httpServer(app, { port: config.PORT, host: config.HOST });

  lifecycle.add('messaging', { stop: () => messaging.close() });
  lifecycle.add('access', access);
  lifecycle.add('webhooks', table);
  lifecycle.add('replies', replies);
  lifecycle.add('requests', transformer);
  lifecycle.add('http', http);
  return { port: http.port };
}

function decodeAccess({ value }: Pick<IncomingRecord, 'value'>): AccessRecord | undefined {
  if (value === null) return undefined;
  try {
    return accessRecord.safeParse(JSON.parse(value.toString())).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
