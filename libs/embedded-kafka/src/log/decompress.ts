import zlib from 'node:zlib';
import { WireReader } from '../protocol/wire.ts';

/** Codes of the compressions that are used by name here. */
export const compressions = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

/** Most bytes that one batch may unpack to: a guard against bombs. */
const MAX_UNPACKED_BYTES = 256 << 20;

/** The records of a batch as they were before compression. Throws on damage. Only the background looks inside batches. */
export function decompress(packed: Buffer, compression: number): Buffer {
  switch (compression) {
    case compressions.none:
      return packed;
    case compressions.gzip:
      return zlib.gunzipSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
    case compressions.snappy:
      return unpackSnappy(packed);
    case compressions.lz4:
      return unpackLz4(packed);
    case compressions.zstd:
      return zlib.zstdDecompressSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
    default:
      throw new Error(`compression ${compression} is unknown`);
  }
}

/** Bytes that grow as they are unpacked, and can repeat what they hold. */
class Output {
  private buffer: Buffer;
  private length = 0;

  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  private reserve(size: number): void {
    const needed = this.length + size;
    if (needed > MAX_UNPACKED_BYTES) throw new Error('a batch unpacks to too many bytes');
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }

  literal(bytes: Buffer): void {
    this.reserve(bytes.length);
    bytes.copy(this.buffer, this.length);
    this.length += bytes.length;
  }

  /** Repeats `size` bytes from `distance` back; the two may overlap, which repeats a pattern. */
  repeat(distance: number, size: number): void {
    if (distance === 0 || distance > this.length)
      throw new Error('a compressed batch refers to bytes before its start');
    this.reserve(size);
    for (let i = 0; i < size; i++, this.length++) {
      this.buffer[this.length] = this.buffer[this.length - distance] as number;
    }
  }

  finish(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** Snappy as Kafka's clients write it: a bare block, or the framing of the Java library with blocks behind their sizes. */
function unpackSnappy(packed: Buffer): Buffer {
  if (!packed.subarray(0, XERIAL.length).equals(XERIAL)) return unpackSnappyBlock(packed);
  const reader = new WireReader(packed, XERIAL_HEADER_BYTES);
  const blocks: Buffer[] = [];
  while (reader.remaining > 0) blocks.push(unpackSnappyBlock(reader.bytes(reader.int32())));
  return Buffer.concat(blocks);
}

/** The block format of Snappy's `format_description.txt`. */
function unpackSnappyBlock(block: Buffer): Buffer {
  const reader = new WireReader(block);
  const output = new Output(Math.min(reader.unsignedVarint(), MAX_UNPACKED_BYTES));
  while (reader.remaining > 0) {
    const tag = block[reader.skip(1)] as number;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const size = short < 60 ? short : littleEndian(reader, short - 59);
      output.literal(reader.bytes(size + 1));
    } else if (kind === 1) output.repeat(((tag >> 5) << 8) | littleEndian(reader, 1), ((tag >> 2) & 7) + 4);
    else output.repeat(littleEndian(reader, kind === 2 ? 2 : 4), (tag >> 2) + 1);
  }
  return output.finish();
}

function littleEndian(reader: WireReader, size: number): number {
  return reader.buffer.readUIntLE(reader.skip(size), size);
}

const LZ4_MAGIC = 0x184d2204;

/** The LZ4 frame format; its checksums are left to the batch's own. */
function unpackLz4(packed: Buffer): Buffer {
  const reader = new WireReader(packed);
  if (littleEndian(reader, 4) !== LZ4_MAGIC) throw new Error('an lz4 batch has no frame');
  const flags = reader.int8();
  const hasBlockChecksums = (flags & 0x10) !== 0;
  const hasContentSize = (flags & 0x08) !== 0;
  reader.skip(hasContentSize ? 10 : 2);
  const output = new Output(packed.length * 4);
  for (let size = littleEndian(reader, 4); size !== 0; size = littleEndian(reader, 4)) {
    const block = reader.bytes(size % 0x8000_0000);
    if (size >= 0x8000_0000) output.literal(block);
    else unpackLz4Block(block, output);
    if (hasBlockChecksums) reader.skip(4);
  }
  return output.finish();
}

function unpackLz4Block(block: Buffer, output: Output): void {
  const reader = new WireReader(block);
  while (reader.remaining > 0) {
    const token = block[reader.skip(1)] as number;
    output.literal(reader.bytes(lz4Length(reader, token >> 4)));
    if (reader.remaining === 0) return;
    const distance = littleEndian(reader, 2);
    output.repeat(distance, lz4Length(reader, token & 15) + 4);
  }
}

function lz4Length(reader: WireReader, short: number): number {
  let length = short;
  if (short < 15) return length;
  for (let byte = 255; byte === 255; length += byte) byte = littleEndian(reader, 1);
  return length;
}
