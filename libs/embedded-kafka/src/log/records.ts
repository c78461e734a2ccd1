import { WireReader, WireWriter } from '../protocol/wire.ts';
import { decompress } from './decompress.ts';
import { BATCH_HEADER_BYTES } from './record-batch.ts';
import type { BatchHeader } from './record-batch.ts';

/** A record as it lies in its batch. Keys and values are views. */
export interface BatchRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The encoded headers, count included, which nothing here looks into. */
  readonly headers: Buffer;
}

/** The records of a whole batch that begins at `at`. Throws when they are damaged or their compression is unknown. */
export function readRecords(header: BatchHeader, buffer: Buffer, at = 0): BatchRecord[] {
  const packed = buffer.subarray(at + BATCH_HEADER_BYTES, at + header.sizeBytes);
  const reader = new WireReader(decompress(packed, header.compression));
  const records: BatchRecord[] = [];
  for (let i = 0; i < header.recordCount; i++) {
    const end = reader.varlong() + reader.position;
    reader.skip(1);
    const timestamp = header.baseTimestamp + reader.varlong();
    const offset = header.baseOffset + reader.varlong();
    const key = readField(reader);
    const value = readField(reader);
    records.push({ offset, timestamp, key, value, headers: reader.bytes(end - reader.position) });
  }
  return records;
}

function readField(reader: WireReader): Buffer | null {
  const size = reader.varlong();
  return size < 0 ? null : reader.bytes(size);
}

/** Encodes records for a batch of the given base offset and base timestamp. */
export function encodeRecords(
  records: readonly BatchRecord[],
  base: { offset: number; timestamp: number },
): Buffer {
  const all = new WireWriter(4096);
  for (const record of records) {
    const body = new WireWriter(256);
    body.int8(0);
    body.varlong(record.timestamp - base.timestamp);
    body.varlong(record.offset - base.offset);
    writeField(body, record.key);
    writeField(body, record.value);
    body.bytes(record.headers);
    all.varlong(body.length);
    for (const chunk of body.finish()) all.bytes(chunk);
  }
  return Buffer.concat(all.finish());
}

function writeField(writer: WireWriter, field: Buffer | null): void {
  writer.varlong(field === null ? -1 : field.length);
  if (field) writer.bytes(field);
}
