import { createApiKeyDirectory } from '@tributary/api-auth';
import { maxRecordBytes, responseLimits } from '@tributary/event-schemas';
import { createMessaging, createPublisher } from '@tributary/messaging';
import { httpServer } from '@tributary/service-runtime';
import type { ServiceContext } from '@tributary/service-runtime';
import { createCertificateStore, fetchOverHttps } from '@tributary/verification';
import { createCallLimits } from './call-limits.ts';
import { createCallObserver } from './call-observer.ts';
import type { IngressConfig } from './config.ts';
import { createDrain } from './drain.ts';
import { createExecutionIds } from './execution-id.ts';
import { createGuards } from './guard.ts';
import { createApp } from './http/app.ts';
import { receiveWebhook } from './http/receive-webhook.ts';
import { createInFlightBound } from './in-flight-bound.ts';
import { createRefusalRecorder } from './refusal-record.ts';
import { createReplyReader } from './reply-reader.ts';
import { createReplyWaiters } from './reply-waiters.ts';
import { createSharedAnswers } from './shared-answers.ts';
import { createAccessTable, createHookTable } from './tables.ts';
import { createUsageCounter } from './usage-counter.ts';
import { createWebhookDirectory } from './webhook-directory.ts';

/** What the answers for duplicates may weigh. */
const SHARED_ANSWERS_BYTES = 16_777_216;

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
    // Calls are in order when one was answered before the other was sent (docs/architecture.md).
    order: 'acknowledged',
    maxQueuedRecords: config.MAX_IN_FLIGHT_CALLS,
    // Every record carries headers beside the body whose bytes are bounded.
    maxQueuedBytes: config.MAX_IN_FLIGHT_BYTES + config.MAX_IN_FLIGHT_CALLS * config.MAX_HEADER_BYTES * 2,
    timeoutMs: config.PUBLISH_TIMEOUT_MS,
  });
  const publish = publisher.publish.bind(publisher);
  const directory = createWebhookDirectory();
  const keys = createApiKeyDirectory();
  const guards = createGuards({
    ring: config.MASTER_KEY,
    certificates: createCertificateStore({ fetch: fetchOverHttps }),
    logger,
  });
  const webhooks = createHookTable(messaging, {
    staleAfterMs: config.STALE_AFTER_MS,
    onChange: (id, hook) => {
      directory.put(id, hook);
      guards.forget(id);
    },
  });
  const access = createAccessTable(messaging, { staleAfterMs: config.STALE_AFTER_MS, keys });
  const waiters = createReplyWaiters({
    maxLimitMs: Math.max(config.WAIT_LIMIT_MS, responseLimits.syncTimeoutMs.max),
    maxWaiters: config.MAX_WAITERS,
  });
  const replies = createReplyReader(messaging, {
    instanceId: config.INSTANCE_ID,
    partition: config.REPLY_PARTITION,
    isAwaited: waiters.isAwaited,
    onReply: waiters.settle,
    logger,
  });
  const bound = createInFlightBound({ calls: config.MAX_IN_FLIGHT_CALLS, bytes: config.MAX_IN_FLIGHT_BYTES });
  const refusals = createRefusalRecorder({
    publish,
    perSecond: config.REJECTED_PER_SECOND,
    totalPerSecond: config.REJECTED_TOTAL_PER_SECOND,
    bytesPerSecond: config.REJECTED_BYTES_PER_SECOND,
    now: Date.now,
    logger,
  });
  const usage = createUsageCounter({ publish, intervalMs: config.USAGE_INTERVAL_MS, now: Date.now, logger });
  const drain = createDrain(config.DRAIN_DELAY_MS);
  const observer = createCallObserver(logger);
  observer.watch({
    inFlightCalls: () => bound.calls,
    inFlightBytes: () => bound.bytes,
    waiters: () => waiters.size,
    webhooks: () => directory.size,
    unrecorded: () => refusals.unrecorded,
  });

  const receive = receiveWebhook({
    find: directory.find,
    isCurrent: webhooks.isCurrent,
    guardOf: guards.of,
    serviceAccounts: { find: keys.find, isCurrent: access.isCurrent },
    limits: createCallLimits(),
    publish,
    refusals,
    usage,
    waiters,
    sharedAnswers: createSharedAnswers({ maxBytes: SHARED_ANSWERS_BYTES }),
    waitLimitMs: config.WAIT_LIMIT_MS,
    replyPartition: replies.partition,
    bound,
    nextExecutionId: createExecutionIds(),
    observe: observer.start,
    isDraining: drain.isDraining,
    now: Date.now,
    maxUrlBytes: config.MAX_URL_BYTES,
    trustedProxies: config.TRUSTED_PROXIES,
    publicUrl: config.PUBLIC_URL,
    ring: config.MASTER_KEY,
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
  lifecycle.add('usage', usage);
  lifecycle.add('replies', replies);
  lifecycle.add('waiters', { stop: waiters.close });
  lifecycle.add('access', access);
  lifecycle.add('webhooks', webhooks);
  lifecycle.add('http', http);
  lifecycle.add('patience', { stop: () => waiters.letGoAfter(patienceMs(config)) });
  lifecycle.add('drain', drain);
  return { port: http.port };
}

/** On a stop, callers of `sync` webhooks may wait for a part of the time that the whole stop has. */
function patienceMs({ WAIT_LIMIT_MS, DRAIN_TIMEOUT_MS, DRAIN_DELAY_MS }: IngressConfig): number {
  return Math.max(0, Math.min(WAIT_LIMIT_MS, (DRAIN_TIMEOUT_MS - DRAIN_DELAY_MS) / 2));
}
