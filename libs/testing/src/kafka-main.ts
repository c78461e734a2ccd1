/**
 * A Kafka broker for tests, in the foreground: prints `{"brokers":"127.0.0.1:PORT","kind":"native"}` when it serves.
 * TEST_KAFKA=embedded|apache|auto chooses which, `--port` its port.
 */
import { runShared } from './shared-main.ts';
import { startKafka } from './start-kafka.ts';

await runShared(async (options) => {
  const { brokers, kind, stop } = await startKafka(options);
  return { ready: { brokers: brokers.join(','), kind }, stop };
});
