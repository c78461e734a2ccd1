import type { KafkaKind } from './start-kafka.ts';
import { sharedServer } from './shared-server.ts';

/**
 * The Kafka that the tests of this run share: KAFKA_BROKERS if set, else one that is started now and ends with the run.
 * {@link chooseKafka} says which. Topics and groups take random names, so tests do not meet.
 */
export async function kafkaForTests(): Promise<{ brokers: string[]; kind: KafkaKind | 'given' }> {
  const given = process.env['KAFKA_BROKERS'];
  if (given) return { brokers: given.split(','), kind: 'given' };
  const { brokers, kind } = await sharedServer<{ brokers: string; kind: KafkaKind }>(
    'kafka',
    './kafka-main.ts',
  );
  return { brokers: brokers.split(','), kind };
}
