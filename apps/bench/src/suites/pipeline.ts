import { topics } from '@tributary/event-schemas';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { caughtUp, drained } from '../lag.ts';
import { load } from '../load.ts';
import type { Row } from '../report.ts';
import { histogramQuantile, scrape } from '../scrape.ts';
import type { BenchSystem } from '../system.ts';

const RATE = 1_000;
const SECONDS = 20;
/** Under this load on two cores, the broker's hot code is all compiled by its optimising compiler after some two minutes. */
const WARM_UP_SECONDS = 120;

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
    await load(receipt, { seconds: WARM_UP_SECONDS, connections: 32, rate: RATE });
    await drained(admin);
    const before = await scrape(system.serviceUrl('event-store'));
    const steady = await load(receipt, { seconds: SECONDS, connections: 32, rate: RATE });
    await drained(admin);
    const after = await scrape(system.serviceUrl('event-store'));
    const age = (quantile: number) =>
      histogramQuantile('tributary_event_store_event_age', quantile, before, after) * 1000;
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
