export { createConsumer } from './create-consumer.ts';
export { ConsumerError, RetryableError } from './errors.ts';
export type { ConsumerErrorCode } from './errors.ts';
export type {
  Answer,
  ConsumerOptions,
  Credentials,
  EventConsumer,
  EventContext,
  EventFilter,
  EventRecord,
  Execution,
  Logger,
  Poison,
  Resource,
  Security,
  TributaryEvent,
} from './types.ts';
