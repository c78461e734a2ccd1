import fs from 'node:fs';
import path from 'node:path';
import { crc32c } from '../protocol/crc32c.ts';
import { cutBack, syncDirectory, writeAtEnd } from './segment.ts';

const HEADER_BYTES = 8;
/** A journal is rewritten when it is larger than this and four times as large as what it holds. */
const REWRITE_BYTES = 4 << 20;

/**
 * A durable map from string to JSON value: an append-only file of changes, each write of which is one record with a
 * checksum and takes effect wholly or not at all. Topics, offsets, transactions and producer ids are kept in journals.
 */
export class Journal<T> {
  readonly entries = new Map<string, T>();
  private readonly file: string;
  private readonly fsync: boolean;
  private fd: number;
  private sizeBytes = 0;
  private rewrittenBytes = 0;

  constructor(file: string, options: { fsync: boolean; warn: (message: string) => void }) {
    this.file = file;
    this.fsync = options.fsync;
    this.fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
    if (this.fsync) syncDirectory(path.dirname(file));
    this.load(options.warn);
  }

  private load(warn: (message: string) => void): void {
    const bytes = fs.readFileSync(this.file);
    let at = 0;
    while (at + HEADER_BYTES <= bytes.length) {
      const end = at + HEADER_BYTES + bytes.readUInt32BE(at);
      if (end > bytes.length || crc32c(bytes, at + HEADER_BYTES, end) !== bytes.readUInt32BE(at + 4)) break;
      this.apply(JSON.parse(bytes.toString('utf8', at + HEADER_BYTES, end)) as [string, T | null][]);
      at = end;
    }
    if (at < bytes.length) {
      warn(`${this.file}: cut ${bytes.length - at} bytes that are no whole record`);
      fs.ftruncateSync(this.fd, at);
    }
    this.sizeBytes = at;
    this.rewrittenBytes = at;
  }

  private apply(changes: readonly (readonly [string, T | null])[]): void {
    for (const [key, value] of changes) {
      if (value === null) this.entries.delete(key);
      else this.entries.set(key, value);
    }
  }

  /** Takes all the changes or none; null removes an entry. When it returns, the operating system has them. */
  write(changes: readonly (readonly [string, T | null])[]): void {
    if (changes.length === 0) return;
    this.append(encode(changes));
    this.apply(changes);
    if (this.sizeBytes > REWRITE_BYTES && this.sizeBytes > this.rewrittenBytes * 4) this.rewrite();
  }

  private append(record: Buffer): void {
    writeAtEnd(this.fd, record, this.sizeBytes);
    try {
      if (this.fsync) fs.fdatasyncSync(this.fd);
    } catch (error) {
      cutBack(this.fd, this.sizeBytes);
      throw error;
    }
    this.sizeBytes += record.length;
  }

  /** Replaces the file by one that holds only what is there now. */
  private rewrite(): void {
    const temporary = `${this.file}.tmp`;
    const content = encode([...this.entries]);
    const fd = fs.openSync(temporary, 'w', 0o644);
    fs.writeFileSync(fd, content);
    if (this.fsync) fs.fdatasyncSync(fd);
    fs.closeSync(fd);
    fs.renameSync(temporary, this.file);
    if (this.fsync) syncDirectory(path.dirname(this.file));
    fs.closeSync(this.fd);
    this.fd = fs.openSync(this.file, 'r+');
    this.sizeBytes = content.length;
    this.rewrittenBytes = content.length;
  }

  close(): void {
    fs.closeSync(this.fd);
  }
}

function encode<T>(changes: readonly (readonly [string, T | null])[]): Buffer {
  const body = Buffer.from(JSON.stringify(changes));
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32BE(body.length, 0);
  header.writeUInt32BE(crc32c(body), 4);
  return Buffer.concat([header, body]);
}
