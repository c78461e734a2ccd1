import { buildBatch } from '../src/log/record-batch.ts';
import { encodeRecords } from '../src/log/records.ts';

/** What a test wants to see in a batch. */
export interface TestBatch {
  readonly records?: readonly { key?: string | null; value?: string | null; timestamp?: number }[];
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
  readonly timestamp?: number;
}

/** A record batch as a client would send it, for tests. */
export function buildTestBatch(batch: TestBatch = {}): Buffer {
  const timestamp = batch.timestamp ?? Date.now();
  const asked = batch.records ?? [{ key: 'key', value: 'value' }];
  const records = asked.map((record, offset) => ({
    offset,
    timestamp: record.timestamp ?? timestamp,
    key: toBuffer(record.key),
    value: toBuffer(record.value),
    headers: Buffer.from([0]),
  }));
  return buildBatch(
    {
      baseOffset: 0,
      attributes: batch.transactional ? 0x10 : 0,
      lastOffsetDelta: records.length - 1,
      baseTimestamp: timestamp,
      maxTimestamp: Math.max(...records.map((record) => record.timestamp)),
      producerId: batch.producerId ?? -1,
      producerEpoch: batch.producerEpoch ?? -1,
      baseSequence: batch.baseSequence ?? -1,
      recordCount: records.length,
    },
    encodeRecords(records, { offset: 0, timestamp }),
  );
}

function toBuffer(text: string | null | undefined): Buffer | null {
  return text === null || text === undefined ? null : Buffer.from(text);
}
