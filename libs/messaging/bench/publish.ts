/** Records per second and latency of the publisher: `KAFKA_BROKERS=... node --conditions=tributary-source bench/publish.ts`. */
import { createMessaging, createPublisher } from '../src/index.ts';

const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: console.warn, error: console.error };
const brokers = (process.env['KAFKA_BROKERS'] ?? 'localhost:9092').split(',');
const messaging = createMessaging({ brokers, clientId: 'bench', logger, maxRecordBytes: 6_291_456 });
const topic = `bench-${Date.now()}`;
await messaging.admin.createTopics([{ name: topic, partitions: 6, config: {} }]);
const value = Buffer.alloc(1_024, 'x');

for (const producers of [1, 2, 3]) {
  const publisher = createPublisher(messaging, { producers });
  await publisher.start();
  for (const callers of [1, 64, 64]) await measure(publisher, { producers, callers, seconds: 4 });
  await publisher.stop();
}
await messaging.close();

async function measure(
  publisher: ReturnType<typeof createPublisher>,
  { producers, callers, seconds }: { producers: number; callers: number; seconds: number },
): Promise<void> {
  const latencies: number[] = [];
  const end = performance.now() + seconds * 1_000;
  const cpu = process.cpuUsage();
  const call = async (caller: number) => {
    for (let count = 0; performance.now() < end; count++) {
      const started = performance.now();
      await publisher.publish({
        topic,
        key: `${caller}-${count}`,
        value,
        headers: { request: '{"method":"POST"}' },
      });
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const at = (share: number) => Number(latencies[Math.floor(latencies.length * share)]?.toFixed(2));
  console.log({
    producers,
    callers,
    perSecond: Math.round(latencies.length / seconds),
    p50: at(0.5),
    p99: at(0.99),
    cpuMicrosecondsPerRecord: Math.round((user + system) / latencies.length),
  });
}
