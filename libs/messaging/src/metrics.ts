import { metrics } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import type { Batch } from './checked-batch.ts';

/** Names as in the semantic conventions for messaging clients; bytes and lag have none there. */
const meter = metrics.getMeter('@tributary/messaging');

const sent = meter.createCounter('messaging.client.sent.messages', {
  description: 'Records that Kafka acknowledged',
});
const sentBytes = meter.createCounter('tributary.messaging.sent.bytes', { unit: 'By' });
const consumed = meter.createCounter('messaging.client.consumed.messages', {
  description: 'Records that were read',
});
const consumedBytes = meter.createCounter('tributary.messaging.consumed.bytes', { unit: 'By' });
const duration = meter.createHistogram('messaging.client.operation.duration', {
  unit: 's',
  description: 'From publish() to the acknowledgement of every in-sync replica',
});
const lag = meter.createObservableGauge('tributary.messaging.consumer.lag', {
  description:
    'Records between the position of a consumer and the end of its partition, as of its last fetch',
});

const lags = new Map<string, { value: number; attributes: Attributes }>();
lag.addCallback((result) => {
  for (const { value, attributes } of lags.values()) result.observe(value, attributes);
});

const byTopic = new Map<string, Attributes>();

/** One object per topic: attributes are made on the hot path otherwise. */
function attributesOf(topic: string): Attributes {
  let attributes = byTopic.get(topic);
  if (attributes === undefined) {
    attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': topic };
    byTopic.set(topic, attributes);
  }
  return attributes;
}

/** Counts the records of a batch: by topic, since each count costs about as much as encoding a record. */
export function countSent(batch: Pick<Batch<never>, 'totals'>): void {
  for (const { topic, records, bytes } of batch.totals()) {
    sent.add(records, attributesOf(topic));
    sentBytes.add(bytes, attributesOf(topic));
  }
}

export function recordPublishDuration(topic: string, ms: number): void {
  duration.record(ms / 1000, attributesOf(topic));
}

export function countConsumed(topic: string, records: number, { bytes }: { bytes: number }): void {
  consumed.add(records, attributesOf(topic));
  consumedBytes.add(bytes, attributesOf(topic));
}

/** Undefined: the partition is read by somebody else from now on. */
export function setLag(
  groupId: string,
  topic: string,
  { partition, value }: { partition: number; value: number | undefined },
): void {
  const key = `${groupId} ${topic} ${partition}`;
  if (value === undefined) {
    lags.delete(key);
    return;
  }
  const known = lags.get(key);
  if (known !== undefined) known.value = value;
  else {
    lags.set(key, {
      value,
      attributes: {
        ...attributesOf(topic),
        'messaging.consumer.group.name': groupId,
        'messaging.destination.partition.id': String(partition),
      },
    });
  }
}
