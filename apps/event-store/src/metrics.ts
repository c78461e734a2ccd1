import { metrics } from '@opentelemetry/api';
import type { Batch } from './consumers/topic-store.ts';
import type { OnStored, StoredTopic } from './consumers/stored-topics.ts';

const meter = metrics.getMeter('@tributary/event-store');
const events = meter.createCounter('tributary.event_store.events', {
  description: 'Events read from Kafka: stored, or repeated, when their id was stored before',
});
const batchRecords = meter.createHistogram('tributary.event_store.batch.records', {
  description: 'Records of a stored batch',
  advice: { explicitBucketBoundaries: [1, 3, 10, 30, 100, 300, 1000, 3000] },
});
const batchDuration = meter.createHistogram('tributary.event_store.batch.duration', {
  description: 'Time to store a batch',
  unit: 's',
  advice: { explicitBucketBoundaries: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
});
const delay = meter.createHistogram('tributary.event_store.delay', {
  description:
    'Time from a record being written to Kafka until it is stored, of the oldest record of a batch',
  unit: 's',
  advice: { explicitBucketBoundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600] },
});

const age = meter.createHistogram('tributary.event_store.event.age', {
  description: 'Time from what an event says that it was received until it is stored',
  unit: 's',
  advice: { explicitBucketBoundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10, 60, 600] },
});

export const countStored: OnStored = ({ stored, repeated, received }) => {
  if (stored > 0) events.add(stored, { outcome: 'stored' });
  if (repeated > 0) events.add(repeated, { outcome: 'repeated' });
  const now = Date.now();
  for (const instant of received) age.record(Math.max(0, now - Date.parse(instant)) / 1000);
};

/** Measures every batch that a topic's store takes. The lag in records is measured by libs/messaging. */
export function measured(store: StoredTopic['store']): StoredTopic['store'] {
  return async function storeMeasured(batch: Batch) {
    const started = performance.now();
    await store(batch);
    const attributes = { topic: batch.topic };
    batchRecords.record(batch.records.length, attributes);
    batchDuration.record((performance.now() - started) / 1000, attributes);
    const [oldest] = batch.records;
    if (oldest) delay.record(Math.max(0, (Date.now() - oldest.timestamp) / 1000), attributes);
  };
}
