import type { Context } from '@opentelemetry/api';

/** The part of a pino logger that this library needs. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A record to be written. */
export interface OutgoingRecord {
  topic: string;
  /** Chooses the partition, by the hash that Kafka's Java clients use; null: any partition. */
  key: string | Buffer | null;
  /** Null is a tombstone. */
  value: Buffer | string | null;
  headers?: Record<string, string>;
  partition?: number;
  /** Chooses the partition in place of `key`: records that are read together then lie together. */
  partitionKey?: string | Buffer;
  /** Milliseconds since the epoch; now if absent. */
  timestamp?: number;
  /** Parent of the record's span; the active context if absent. */
  traceContext?: Context;
}

/** A record as it was read. */
export interface IncomingRecord {
  topic: string;
  partition: number;
  offset: bigint;
  /** Milliseconds since the epoch. */
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  /** As UTF-8; of a repeated header the last value. */
  headers: Record<string, string>;
  /** The sender's trace, from `traceparent`. */
  traceContext: Context;
}

/** Where a record was written. */
export interface RecordPosition {
  partition: number;
  offset: bigint;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

export interface Health {
  healthy: boolean;
  detail: string;
}
