import { expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { recordHeaders } from '@tributary/event-schemas';
import type { Outcome } from '@tributary/event-schemas';
import { aCapturedRequest } from '../test/captured.ts';
import { runExecution } from '../test/run-execution.ts';
import { eventRecord, furtherRecord } from './records.ts';
import { replyPartition } from './reply-partition.ts';

it.each([
  ['quiet', 'emitted', 2],
  ['quiet', 'failed', 2],
  ['custom', 'emitted', 2],
  ['sync', 'emitted', null],
  ['sync', 'ignored', 2],
  ['sync', 'failed', 2],
  ['sync', 'rejected', 2],
  ['receipt', 'emitted', null],
] as const)('in mode %s the outcome %s is told on partition %s', (response_mode, outcome, expected) => {
  const request = aCapturedRequest({ reply_partition: 2, response_mode });
  expect(replyPartition(request, { outcome } as Outcome)).toBe(expected);
});

it.each([
  ['quiet', false],
  ['custom', false],
  ['receipt', false],
  ['sync', true],
] as const)('an event of mode %s says where to answer: %s', (response_mode, expected) => {
  const request = aCapturedRequest({ reply_partition: 2, response_mode });
  const [written] = runExecution({}).events;
  const record = eventRecord(written!, { request, version: 1, traceContext: ROOT_CONTEXT });
  expect(recordHeaders.replyPartition in record.headers!).toBe(expected);
  expect(record.headers).toMatchObject({ [recordHeaders.executionId]: request.execution_id });
  expect(furtherRecord(record, 'events.team')).toEqual({ ...record, topic: 'events.team' });
});
