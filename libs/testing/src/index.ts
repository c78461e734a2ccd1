export { eventually, patience } from './eventually.ts';
export { kafkaForTests } from './kafka-for-tests.ts';
export { freePorts } from './ports.ts';
export { postgresForTests } from './postgres-for-tests.ts';
export { randomName } from './random-name.ts';
export { chooseKafka, startHurtableKafka, startKafka } from './start-kafka.ts';
export type { HurtableKafka, KafkaKind, RunningKafka } from './start-kafka.ts';
