export type { MessagingAdmin, TopicToCreate, Watermarks } from './admin.ts';
export { isRetryable, MessagingError, RetryableError } from './errors.ts';
export type { MessagingErrorCode } from './errors.ts';
export { createMessaging } from './messaging.ts';
export type { Messaging, MessagingOptions } from './messaging.ts';
export { partitionForKey } from './partitioning.ts';
export { createPublisher } from './publisher.ts';
export type { Publisher, PublisherOptions } from './publisher.ts';
export type {
  Health,
  IncomingRecord,
  Logger,
  OutgoingRecord,
  RecordPosition,
  TopicPartition,
} from './types.ts';
