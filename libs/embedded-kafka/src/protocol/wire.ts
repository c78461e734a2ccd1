const TWO_32 = 0x1_0000_0000;

/** A frame that does not follow the Kafka protocol. The connection it came on is closed. */
export class ProtocolError extends Error {
  readonly code = 'KAFKA_PROTOCOL';
}

/** A signed 64-bit integer as a number: exact up to 2^53, which offsets, times and producer ids never pass. */
export function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * TWO_32 + buffer.readUInt32BE(position + 4);
}

/** Writes a safe integer as a signed 64-bit one. */
export function writeInt64(buffer: Buffer, value: number, position: number): void {
  const high = Math.floor(value / TWO_32);
  buffer.writeInt32BE(high | 0, position);
  buffer.writeUInt32BE((value - high * TWO_32) >>> 0, position + 4);
}

/** Reads the primitive types of the Kafka protocol from one frame. Every length is checked against what is left. */
export class WireReader {
  readonly buffer: Buffer;
  position: number;

  constructor(buffer: Buffer, position = 0) {
    this.buffer = buffer;
    this.position = position;
  }

  get remaining(): number {
    return this.buffer.length - this.position;
  }

  /** Moves past `size` bytes and returns where they begin. */
  skip(size: number): number {
    const start = this.position;
    if (size < 0 || size > this.buffer.length - start) {
      throw new ProtocolError(`a field of ${size} bytes does not fit in the ${this.remaining} bytes left`);
    }
    this.position = start + size;
    return start;
  }

  int8(): number {
    return this.buffer.readInt8(this.skip(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.skip(4));
  }

  int64(): number {
    return readInt64(this.buffer, this.skip(8));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.skip(1)] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ProtocolError('a varint is longer than five bytes');
  }

  /** A zigzag varint of up to 64 bits; beyond 2^53 it loses precision. */
  varlong(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.buffer[this.skip(1)] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new ProtocolError('a varlong is longer than ten bytes');
  }

  bytes(size: number): Buffer {
    const start = this.skip(size);
    return this.buffer.subarray(start, start + size);
  }

  text(size: number): string {
    const start = this.skip(size);
    return this.buffer.toString('utf8', start, start + size);
  }

  /** A UUID in its usual form of 36 characters. */
  uuid(): string {
    const hex = this.bytes(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

/** Writes the primitive types of the Kafka protocol into a list of chunks; large byte fields are taken, not copied. */
export class WireWriter {
  private chunks: Buffer[] = [];
  private buffer: Buffer;
  private start = 0;
  private position = 0;
  private finished = 0;

  constructor(capacity = 512) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.finished + this.position - this.start;
  }

  private reserve(size: number): number {
    const at = this.position;
    if (at + size > this.buffer.length) {
      const used = this.buffer.subarray(this.start, at);
      this.buffer = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, used.length + size));
      used.copy(this.buffer, 0);
      this.start = 0;
      this.position = used.length + size;
      return used.length;
    }
    this.position = at + size;
    return at;
  }

  int8(value: number): void {
    const at = this.reserve(1); // It may replace the buffer, so it comes first.
    this.buffer[at] = value & 0xff;
  }

  int16(value: number): void {
    const at = this.reserve(2);
    this.buffer.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeInt32BE(value | 0, at);
  }

  int64(value: number): void {
    const at = this.reserve(8);
    writeInt64(this.buffer, value, at);
  }

  boolean(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  unsignedVarint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.int8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.int8(rest);
  }

  /** A zigzag varint of up to 53 bits. */
  varlong(value: number): void {
    this.unsignedVarint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  bytes(value: Buffer): void {
    if (value.length > 4096) {
      this.splice(value);
      return;
    }
    const at = this.reserve(value.length);
    value.copy(this.buffer, at);
  }

  text(value: string, size = Buffer.byteLength(value)): void {
    const at = this.reserve(size);
    this.buffer.write(value, at, size, 'utf8');
  }

  uuid(value: string): void {
    this.bytes(Buffer.from(value.replaceAll('-', ''), 'hex'));
  }

  private splice(value: Buffer): void {
    this.closeChunk();
    this.chunks.push(value);
    this.finished += value.length;
  }

  private closeChunk(): void {
    if (this.position === this.start) return;
    this.chunks.push(this.buffer.subarray(this.start, this.position));
    this.finished += this.position - this.start;
    this.start = this.position;
  }

  /** The chunks written, in order. The writer is used up. */
  finish(): Buffer[] {
    this.closeChunk();
    return this.chunks;
  }
}
