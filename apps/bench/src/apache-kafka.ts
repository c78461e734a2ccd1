import { startProgram } from './process.ts';
import type { StartedProgram } from './process.ts';

/** What Apache Kafka's own start scripts (`kafka-run-class.sh`) set for any JVM. */
export const KAFKA_JVM = '-server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35';

/** Starts Apache Kafka with the JVM's settings of its own start script: those of tests are for a quick start. */
export function startApacheKafka(): Promise<StartedProgram<{ brokers: string }>> {
  return startProgram('libs/testing/src/kafka-main.ts', {
    env: { TEST_KAFKA: 'apache', KAFKA_HEAP_OPTS: '-Xmx1G -Xms1G', KAFKA_JVM_PERFORMANCE_OPTS: KAFKA_JVM },
  });
}
