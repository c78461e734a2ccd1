import { messageOf } from './errors.ts';
import { recordBytes } from './records.ts';
import type { IncomingRecord, OutgoingRecord } from './types.ts';

/** A record that a service could not process, and why. */
export interface DeadLetter {
  record: IncomingRecord;
  reason: string;
  error?: unknown;
}

/** Characters of a stack: enough to find the place. */
const MAX_STACK = 4_096;

/** The original bytes and headers, and what happened to them in further headers (`tributary_dead_letter_*`). */
export function toDeadLetter(
  { record, reason, error }: DeadLetter,
  { topic, service, maxRecordBytes }: { topic: string; service: string; maxRecordBytes: number },
): OutgoingRecord {
  const { stack } = error instanceof Error ? error : {};
  const letter: OutgoingRecord = {
    topic,
    key: record.key,
    value: record.value,
    traceContext: record.traceContext,
    headers: {
      ...record.headers,
      tributary_dead_letter_topic: record.topic,
      tributary_dead_letter_partition: String(record.partition),
      tributary_dead_letter_offset: String(record.offset),
      tributary_dead_letter_timestamp: String(record.timestamp),
      tributary_dead_letter_reason: reason,
      tributary_dead_letter_service: service,
      ...(error === undefined ? {} : { tributary_dead_letter_error: messageOf(error).slice(0, MAX_STACK) }),
      ...(stack === undefined ? {} : { tributary_dead_letter_stack: stack.slice(0, MAX_STACK) }),
    },
  };
  if (recordBytes(letter) <= maxRecordBytes) return letter;
  // The record filled its topic's limit; it can still be read where it came from.
  return { ...letter, value: null, headers: { ...letter.headers, tributary_dead_letter_value: 'too large' } };
}
