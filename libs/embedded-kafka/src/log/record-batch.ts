import { crc32c } from '../protocol/crc32c.ts';
import { readInt64, writeInt64 } from '../protocol/wire.ts';

/** Bytes before the records of a batch of magic 2. */
export const BATCH_HEADER_BYTES = 61;
/** Bytes of a batch that its length field does not count: base offset and the length itself. */
export const BATCH_OVERHEAD_BYTES = 12;

const CRC_AT = 17;
const CRC_FROM = 21;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** The header of a record batch, as the log reads it without looking at the records. */
export interface BatchHeader {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** Size on the wire and on disk, header included. */
  readonly sizeBytes: number;
  readonly magic: number;
  readonly attributes: number;
  readonly compression: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly recordCount: number;
}

/** Size of the batch at `position`, from its length field. At least 12 bytes must be there. */
export function batchSize(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position + 8) + BATCH_OVERHEAD_BYTES;
}

/** Offset of the last record of the batch at `position`. */
export function batchLastOffset(buffer: Buffer, position: number): number {
  return readInt64(buffer, position) + buffer.readInt32BE(position + 23);
}

/** Reads the header at `position`; at least 61 bytes must be there. */
export function readBatchHeader(buffer: Buffer, position = 0): BatchHeader {
  const attributes = buffer.readInt16BE(position + 21);
  const baseOffset = readInt64(buffer, position);
  const lastOffsetDelta = buffer.readInt32BE(position + 23);
  const baseSequence = buffer.readInt32BE(position + 53);
  return {
    baseOffset,
    lastOffset: baseOffset + lastOffsetDelta,
    sizeBytes: batchSize(buffer, position),
    magic: buffer.readInt8(position + 16),
    attributes,
    compression: attributes & 0x07,
    isTransactional: (attributes & TRANSACTIONAL) !== 0,
    isControl: (attributes & CONTROL) !== 0,
    baseTimestamp: readInt64(buffer, position + 27),
    maxTimestamp: readInt64(buffer, position + 35),
    producerId: readInt64(buffer, position + 43),
    producerEpoch: buffer.readInt16BE(position + 51),
    baseSequence,
    lastSequence: baseSequence < 0 ? -1 : addSequence(baseSequence, lastOffsetDelta),
    recordCount: buffer.readInt32BE(position + 57),
  };
}

/** Sequence numbers wrap to 0 after 2^31 - 1. */
export function addSequence(sequence: number, increment: number): number {
  return (sequence + increment) % 0x8000_0000;
}

/** Whether the batch at `position` carries the checksum of its content. */
export function hasValidCrc(buffer: Buffer, position: number, sizeBytes: number): boolean {
  return buffer.readUInt32BE(position + CRC_AT) === crc32c(buffer, position + CRC_FROM, position + sizeBytes);
}

/** Sets the offset, and the only leader epoch there is, which the checksum leaves out. */
export function stampOffset(batch: Buffer, baseOffset: number): void {
  writeInt64(batch, baseOffset, 0);
  batch.writeInt32BE(0, 12);
}

/** Makes a batch one of log append time, and renews its checksum. */
export function stampAppendTime(batch: Buffer, timestamp: number): void {
  batch.writeInt16BE(batch.readInt16BE(21) | LOG_APPEND_TIME, 21);
  writeInt64(batch, timestamp, 35);
  sealBatch(batch);
}

/** Writes the checksum of a finished batch. */
export function sealBatch(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch, CRC_FROM), CRC_AT);
}

/** What the header of a new batch says. */
export interface BatchFields extends Pick<
  BatchHeader,
  | 'baseOffset'
  | 'attributes'
  | 'baseTimestamp'
  | 'maxTimestamp'
  | 'producerId'
  | 'producerEpoch'
  | 'baseSequence'
  | 'recordCount'
> {
  readonly lastOffsetDelta: number;
}

/** A batch from its header fields and its encoded records, sealed. */
export function buildBatch(fields: BatchFields, records: Buffer): Buffer {
  const batch = Buffer.allocUnsafe(BATCH_HEADER_BYTES + records.length);
  stampOffset(batch, fields.baseOffset);
  batch.writeInt32BE(batch.length - BATCH_OVERHEAD_BYTES, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(fields.attributes, 21);
  batch.writeInt32BE(fields.lastOffsetDelta, 23);
  writeInt64(batch, fields.baseTimestamp, 27);
  writeInt64(batch, fields.maxTimestamp, 35);
  writeInt64(batch, fields.producerId, 43);
  batch.writeInt16BE(fields.producerEpoch, 51);
  batch.writeInt32BE(fields.baseSequence, 53);
  batch.writeInt32BE(fields.recordCount, 57);
  records.copy(batch, BATCH_HEADER_BYTES);
  sealBatch(batch);
  return batch;
}

/**
 * The control batch that ends a transaction in a partition: one record whose key is version 0 and type 0 (abort)
 * or 1 (commit), and whose value is version 0 and the coordinator's epoch, 0.
 */
export function buildControlBatch(marker: {
  baseOffset: number;
  producerId: number;
  producerEpoch: number;
  committed: boolean;
  timestamp: number;
}): Buffer {
  /* Lengths are zigzag varints: 16 bytes of record, 4 of key, 6 of value. */
  const key = [0, 0, 0, marker.committed ? 1 : 0];
  const record = Buffer.from([32, 0, 0, 0, 8, ...key, 12, 0, 0, 0, 0, 0, 0, 0]);
  const { timestamp, ...fields } = marker;
  const times = { baseTimestamp: timestamp, maxTimestamp: timestamp };
  const attributes = TRANSACTIONAL | CONTROL;
  return buildBatch(
    { ...fields, ...times, attributes, lastOffsetDelta: 0, baseSequence: -1, recordCount: 1 },
    record,
  );
}

/** Whether a control batch is an abort marker. The key's type follows lengths of one byte each. */
export function isAbortMarker(batch: Buffer, position: number): boolean {
  return batch.readInt16BE(position + BATCH_HEADER_BYTES + 7) === 0;
}
