import { topics } from '@tributary/event-schemas';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { load } from '../load.ts';
import type { Row } from '../report.ts';
import { histogramQuantile, scrape } from '../scrape.ts';
import type { BenchSystem } from '../system.ts';

const RATE = 1_000;
const SECONDS = 20;

/**
 * The whole way: at 1,000 requests a second in receipt mode, the time from a request to its stored event; then, after a burst
 * at full speed, how fast the renderer and the store work off what waits.
 */
export async function pipeline(kafkaName: string, system: BenchSystem): Promise<Row[]> {
  const receipt = await system.createWebhook('receipt');
  const admin = new Kafka({
    clientId: 'bench',
    brokers: system.kafka.split(','),
    logLevel: logLevel.ERROR,
  }).admin();
  await admin.connect();
  try {
    await load(receipt, { seconds: 5, connections: 32, rate: RATE });
    await drained(admin);
    const before = await scrape(system.serviceUrl('event-store'));
    const steady = await load(receipt, { seconds: SECONDS, connections: 32, rate: RATE });
    await drained(admin);
    const after = await scrape(system.serviceUrl('event-store'));
    const age = (quantile: number) =>
      histogramQuantile('tributary_event_store_event_age_seconds', quantile, before, after) * 1000;
    const burst = await timeBurst(admin, receipt);
    return [
      {
        what: `${kafkaName}: request to stored event at ${RATE}/s`,
        'per s': steady.requestsPerSecond,
        'p50 ms': age(0.5),
        'p99 ms': age(0.99),
        failed: steady.failed,
      },
      { what: `${kafkaName}: renderer, working off a burst`, 'per s': burst.rendered },
      { what: `${kafkaName}: store, working off a burst`, 'per s': burst.stored },
    ];
  } finally {
    await admin.disconnect();
  }
}

async function timeBurst(admin: Admin, url: string): Promise<{ rendered: number; stored: number }> {
  const start = performance.now();
  const { answered } = await load(url, { seconds: 5 });
  const rate = () => answered / ((performance.now() - start) / 1000);
  const [rendered, stored] = await Promise.all([
    caughtUp(admin, 'template-renderer', topics.requests.name).then(rate),
    caughtUp(admin, 'tributary.event-store.events', topics.events.name).then(rate),
  ]);
  return { rendered, stored };
}

async function drained(admin: Admin): Promise<void> {
  await caughtUp(admin, 'template-renderer', topics.requests.name);
  await caughtUp(admin, 'tributary.event-store.events', topics.events.name);
}

/** Resolves when a group has nothing left to read of a topic. A transaction's marker counts as one record. */
async function caughtUp(admin: Admin, groupId: string, topic: string): Promise<void> {
  for (;;) {
    const [ends, [committed]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId, topics: [topic] }),
    ]);
    const lag = ends.reduce((sum, { partition, high }) => {
      const offset = committed?.partitions.find((entry) => entry.partition === partition)?.offset ?? '0';
      return sum + Math.max(0, Number(high) - Math.max(0, Number(offset)) - 1);
    }, 0);
    if (lag === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
