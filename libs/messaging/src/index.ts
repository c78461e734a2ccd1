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
export { createFollower } from './follower.ts';
export type { Follower, FollowerOptions } from './follower.ts';
export { createPartitionReader } from './partition-reader.ts';
export type { PartitionReader } from './partition-reader.ts';
export { createTable } from './table.ts';
export type { Table, TableOptions } from './table.ts';
export { createSink } from './sink.ts';
export type { Sink } from './sink.ts';
export type { SinkBatch, SinkOptions } from './sink-handler.ts';
export { createTransformer } from './transformer.ts';
export type { Transformer } from './transformer.ts';
export type {
  OpeningPartition,
  TransformBatch,
  TransformerOptions,
  TransformResult,
} from './transform-handler.ts';
export type { DeadLetter } from './dead-letter.ts';
export { createSubscription } from './subscription.ts';
export type { Subscription } from './subscription.ts';
export type { SubscriptionContext, SubscriptionOptions } from './subscription-handler.ts';
