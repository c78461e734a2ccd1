import { maxRecordBytes, topics } from '@tributary/event-schemas';
import { createMessaging, createPublisher, createSubscription } from '@tributary/messaging';
import type { IncomingRecord, SubscriptionContext } from '@tributary/messaging';
import { createFilter } from './filter.ts';
import { readEvent } from './read-event.ts';
import { createReply, executionOf } from './reply.ts';
import type { ConsumerOptions, EventConsumer, EventContext, Logger } from './types.ts';

/**
 * Consumes events, each at least once, in the order of their resource, those of aborted transactions never.
 *
 * ```ts
 * const consumer = createConsumer({
 *   brokers: ['localhost:9092'],
 *   groupId: 'deployments',
 *   filter: { event: 'github.push' },
 *   handler: async (event, { reply }) => {
 *     const url = await deploy(event.payload, { idempotencyKey: event.id });
 *     await reply({ content_type: 'application/json', body: JSON.stringify({ url }) });
 *   },
 *   onPoison: async ({ event, error }) => saveForLater(event, error),
 * });
 * await consumer.start();
 * ```
 */
export function createConsumer(options: ConsumerOptions): EventConsumer {
  const { brokers, groupId, handler, onPoison, security, logger = silent } = options;
  const { topic = topics.events.name, from = 'end', attempts = 5, clientId = groupId } = options;
  const { firstMs = 200, maxMs = 30_000 } = options.backoff ?? {};
  const messaging = createMessaging({
    brokers,
    clientId,
    logger,
    maxRecordBytes,
    ...(security === undefined ? {} : { security }),
  });
  const publisher = createPublisher(messaging, { producers: 1 });
  const passes = createFilter(options.filter);

  const contextOf = (
    record: IncomingRecord,
    { signal, traceContext, attempt }: SubscriptionContext,
  ): EventContext => ({
    reply: createReply(publisher, record, { traceContext }),
    execution: executionOf(record),
    traceContext,
    signal,
    attempt,
    record,
  });

  const poisoned = async (
    record: IncomingRecord,
    error: unknown,
    context: SubscriptionContext,
  ): Promise<void> => {
    const reading = readEvent(record);
    const { attempt } = context;
    logger.error({ err: error, topic, offset: String(record.offset), attempt }, 'an event became poison');
    await onPoison({ event: reading.ok ? reading.event : null, error }, contextOf(record, context));
  };

  const subscription = createSubscription(messaging, {
    groupId,
    topics: [topic],
    from,
    attempts,
    backoff: { firstMs, maxMs },
    handle: async (record, context) => {
      const reading = readEvent(record);
      if (!reading.ok) await poisoned(record, reading.error, context);
      else if (passes(reading.event)) await handler(reading.event, contextOf(record, context));
    },
    giveUp: poisoned,
  });

  return {
    start: async () => {
      await publisher.start();
      await subscription.start();
    },
    stop: async () => {
      await subscription.stop();
      await publisher.stop();
      await messaging.close();
    },
    health: () => subscription.health(),
  };
}

const nothing = () => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
