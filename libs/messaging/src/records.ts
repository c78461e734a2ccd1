import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import { MessagingError } from './errors.ts';
import { partitionForKey } from './partitioning.ts';
import { extractContext } from './tracing.ts';
import type { IncomingRecord, OutgoingRecord, TopicPartition } from './types.ts';

/** Bytes that the record format adds at most, headers' own framing aside (varints of lengths, offset, timestamp). */
const RECORD_OVERHEAD = 70;
const HEADER_OVERHEAD = 10;

/** Bytes that a record takes in a batch, a little more rather than less. */
export function recordBytes({
  key,
  value,
  headers = {},
}: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>): number {
  let bytes = RECORD_OVERHEAD + byteLength(key) + byteLength(value);
  for (const name in headers) bytes += HEADER_OVERHEAD + name.length + byteLength(headers[name] ?? null);
  return bytes;
}

function byteLength(data: string | Buffer | null): number {
  return data === null ? 0 : Buffer.byteLength(data);
}

/** Throws `record_too_large` where the broker would refuse the whole batch later. */
export function checkSize(topic: string, bytes: number, { max }: { max: number }): void {
  if (bytes <= max) return;
  throw new MessagingError(
    'record_too_large',
    `A record for ${topic} has ${bytes} bytes, the limit is ${max}.`,
  );
}

let roundRobin = 0;

/** The partition of a record; throws `unknown_topic` for one that is not there. */
export function choosePartition(
  { topic, key, partition, partitionKey = key ?? undefined }: OutgoingRecord,
  count: number,
): number {
  if (partition !== undefined) {
    if (partition >= 0 && partition < count) return partition;
    throw new MessagingError(
      'unknown_topic',
      `The topic ${topic} has ${count} partitions, not one with the number ${partition}.`,
    );
  }
  if (count === 0) throw new MessagingError('unknown_topic', `The topic ${topic} has no partitions.`);
  return partitionKey === undefined ? roundRobin++ % count : partitionForKey(partitionKey, count);
}

/** A record as kafkajs takes it. */
export function toMessage(
  record: OutgoingRecord,
  { partition, headers }: { partition: number; headers: Record<string, string> },
): Message {
  const { key, value, timestamp } = record;
  return {
    key,
    value,
    headers,
    partition,
    ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
  };
}

/** A record as handlers see it. */
export function toIncoming({ topic, partition }: TopicPartition, message: KafkaMessage): IncomingRecord {
  const headers = textHeaders(message.headers);
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers,
    traceContext: extractContext(headers),
  };
}

function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  const text: Record<string, string> = {};
  for (const name in headers) {
    const values = headers[name];
    const last = Array.isArray(values) ? values.at(-1) : values;
    if (last !== undefined) text[name] = last.toString();
  }
  return text;
}
