import { errors } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { BATCH_HEADER_BYTES, hasValidCrc, readBatchHeader } from './record-batch.ts';
import type { BatchHeader } from './record-batch.ts';
import { readRecords } from './records.ts';

const ZSTD = 4;

/** What a topic and a version of Produce allow. */
export interface BatchRules {
  readonly maxMessageBytes: number;
  readonly allowsZstd: boolean;
  /** Newest timestamp that is taken, or undefined where the broker sets the time. */
  readonly newestTimestamp: number | undefined;
  /** Whether each record must have a key, as in compacted topics. */
  readonly needsKeys: boolean;
}

export type CheckedBatch =
  | { readonly errorCode: 0; readonly header: BatchHeader }
  | {
      readonly errorCode: ErrorCode;
      readonly header: undefined;
      readonly message: string;
      /** Whether the batch is sound, but not for this log. */
      readonly isLate: boolean;
    };

/** Whether what a client wants to append is exactly one whole record batch that its topic takes. */
export function checkBatch(batch: Buffer, rules: BatchRules): CheckedBatch {
  const refused = (errorCode: ErrorCode, message: string, isLate = false) => {
    return { errorCode, header: undefined, message, isLate };
  };
  if (batch.length < BATCH_HEADER_BYTES)
    return refused(errors.INVALID_RECORD, 'The batch is smaller than its header.');
  const header = readBatchHeader(batch);
  if (header.magic !== 2)
    return refused(errors.INVALID_RECORD, 'Only record batches with magic version 2 are taken.');
  if (header.sizeBytes < BATCH_HEADER_BYTES || header.sizeBytes > batch.length) {
    return refused(errors.INVALID_RECORD, 'The batch is not as long as it says.');
  }
  if (header.sizeBytes < batch.length) {
    return refused(errors.INVALID_RECORD, 'A request holds exactly one record batch per partition.');
  }
  if (!hasValidCrc(batch, 0, batch.length))
    return refused(errors.CORRUPT_MESSAGE, 'The checksum is not that of the batch.');
  if (header.recordCount <= 0 || header.lastOffset - header.baseOffset !== header.recordCount - 1) {
    return refused(errors.INVALID_RECORD, 'The number of records does not fit their offsets.');
  }
  if (header.isControl) return refused(errors.INVALID_RECORD, 'Clients cannot write control batches.');
  if (header.producerId >= 0 && (header.baseSequence < 0 || header.producerEpoch < 0)) {
    return refused(errors.INVALID_RECORD, 'A batch with a producer id needs a sequence number.', true);
  }
  if (header.compression > ZSTD) return refused(errors.CORRUPT_MESSAGE, 'The compression is unknown.');
  if (header.compression === ZSTD && !rules.allowsZstd) {
    return refused(errors.UNSUPPORTED_COMPRESSION_TYPE, 'zstd needs version 7 of Produce.');
  }
  if (batch.length > rules.maxMessageBytes) {
    return refused(errors.MESSAGE_TOO_LARGE, `The batch is larger than ${rules.maxMessageBytes} bytes.`);
  }
  if (rules.newestTimestamp !== undefined && header.maxTimestamp > rules.newestTimestamp) {
    return refused(errors.INVALID_TIMESTAMP, 'A timestamp is too far in the future.', true);
  }
  if (rules.needsKeys && !hasKeys(header, batch)) {
    return refused(errors.INVALID_RECORD, 'A record of a compacted topic needs a key.', true);
  }
  return { errorCode: 0, header };
}

function hasKeys(header: BatchHeader, batch: Buffer): boolean {
  try {
    return readRecords(header, batch).every(({ key }) => key !== null);
  } catch {
    return false; // What cannot be unpacked is refused as well.
  }
}
