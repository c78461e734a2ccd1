import zlib from 'node:zlib';
import { WireReader } from '../protocol/wire.ts';
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

function decompress(packed: Buffer, compression: number): Buffer {
  switch (compression) {
    case 0:
      return packed;
    case 1:
      return zlib.gunzipSync(packed);
    case 4:
      return zlib.zstdDecompressSync(packed);
    default:
      throw new Error(`compression ${compression} is not supported`);
  }
}
