import { maxRecordBytes, topics } from '@tributary/event-schemas';
import { createMessaging, createPublisher, createTable } from '@tributary/messaging';
import type { Messaging } from '@tributary/messaging';
import { httpServer } from '@tributary/service-runtime';
import type { Health, ServiceContext } from '@tributary/service-runtime';
import { createCallObserver } from './call-observer.ts';
import type { IngressConfig } from './config.ts';
import { createDrain } from './drain.ts';
import { createExecutionIds } from './execution-id.ts';
import { createApp } from './http/app.ts';
import { receiveWebhook } from './http/receive-webhook.ts';
import { createInFlightBound } from './in-flight-bound.ts';
import { createReplyReader } from './reply-reader.ts';
import { createReplyWaiters } from './reply-waiters.ts';
import { createWebhookDirectory, decodeHook } from './webhook-directory.ts';
import type { DeletedHook, Hook, WebhookDirectory } from './webhook-directory.ts';

/** Builds the ingress: parts are added in the order in which they start, and stop in reverse. Returns its port, for tests. */
export function buildIngress({ config, logger, lifecycle }: ServiceContext<IngressConfig>): {
  port: () => number;
} {
  const messaging = createMessaging({
    brokers: config.KAFKA_BROKERS,
    clientId: `ingress-${config.INSTANCE_ID}`,
    logger,
    maxRecordBytes,
  });
  const publisher = createPublisher(messaging, {
    producers: config.PRODUCERS,
    maxQueuedRecords: config.MAX_IN_FLIGHT_CALLS,
    // Every record carries headers beside the body whose bytes are bounded.
    maxQueuedBytes: config.MAX_IN_FLIGHT_BYTES + config.MAX_IN_FLIGHT_CALLS * config.MAX_HEADER_BYTES * 2,
    timeoutMs: config.PUBLISH_TIMEOUT_MS,
  });
  const directory = createWebhookDirectory();
  const webhooks = createHookTable(messaging, directory, config.STALE_AFTER_MS);
  const waiters = createReplyWaiters({ limitMs: config.WAIT_LIMIT_MS, maxWaiters: config.MAX_WAITERS });
  const replies = createReplyReader(messaging, {
    instanceId: config.INSTANCE_ID,
    partition: config.REPLY_PARTITION,
    onReply: (reply) => {
      waiters.settle(reply.execution_id, reply);
    },
    logger,
  });
  const bound = createInFlightBound({ calls: config.MAX_IN_FLIGHT_CALLS, bytes: config.MAX_IN_FLIGHT_BYTES });
  const drain = createDrain(config.DRAIN_DELAY_MS);
  const observer = createCallObserver(logger);
  observer.watch({
    inFlightCalls: () => bound.calls,
    inFlightBytes: () => bound.bytes,
    waiters: () => waiters.size,
    webhooks: () => directory.size,
  });

  const receive = receiveWebhook({
    find: directory.find,
    isCurrent: webhooks.isCurrent,
    publish: (record) => publisher.publish(record),
    waiters,
    replyPartition: replies.partition,
    bound,
    nextExecutionId: createExecutionIds(),
    observe: observer.start,
    isDraining: drain.isDraining,
    now: Date.now,
    maxUrlBytes: config.MAX_URL_BYTES,
    logger,
  });
  const http = httpServer(createApp(receive, { lifecycle, logger }), {
    port: config.PORT,
    host: config.HOST,
    maxHeaderSize: config.MAX_HEADER_BYTES,
    headersTimeout: config.HEADERS_TIMEOUT_MS,
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: Math.min(1_000, config.HEADERS_TIMEOUT_MS, config.REQUEST_TIMEOUT_MS),
  });
  // The size of the head bounds the headers; a bound on their number would drop the rest in silence.
  http.server.maxHeadersCount = 0;
  // Without a listener Node tells every sender to go on (RFC 9110, 10.1.1); the handler does once the head is accepted.
  http.server.on('checkContinue', (request, response) => http.server.emit('request', request, response));

  lifecycle.add('messaging', { stop: () => messaging.close() });
  lifecycle.add('publisher', {
    start: () => publisher.start(),
    stop: () => publisher.stop(),
    health: () => publisher.health(),
  });
  lifecycle.add('replies', replies);
  lifecycle.add('waiters', { stop: waiters.close });
  lifecycle.add('webhooks', webhooks);
  lifecycle.add('http', http);
  lifecycle.add('drain', drain);
  return { port: http.port };
}

function createHookTable(messaging: Messaging, directory: WebhookDirectory, staleAfterMs: number) {
  const table = createTable<Hook | DeletedHook>(messaging, {
    topic: topics.webhooks.name,
    decode: ({ value }) => decodeHook(value),
    onChange: directory.put,
    supersedes: (next, known) => next.version >= known.version,
  });
  const isCurrent = (): boolean => Date.now() - table.provenCurrentAt() <= staleAfterMs;
  return {
    isCurrent,
    start: () => table.start(),
    stop: () => table.stop(),
    health: (): Health => {
      if (isCurrent()) return table.health();
      return { healthy: false, detail: `not proven current for more than ${staleAfterMs} ms` };
    },
  };
}
