import zlib from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { compressions, decompress } from './decompress.ts';

const TEXT = Buffer.from('hello hello hello hello');

describe('decompress', () => {
  it.each([
    ['nothing', compressions.none, TEXT],
    ['gzip', compressions.gzip, zlib.gzipSync(TEXT)],
    ['zstd', compressions.zstd, zlib.zstdCompressSync(TEXT)],
    /* Length 23, a literal of 6 bytes, a copy of 17 bytes from 6 back. */
    ['a bare block of snappy', compressions.snappy, snappyBlock()],
    ['snappy in the framing of the Java library', compressions.snappy, xerial(snappyBlock())],
    ['lz4', compressions.lz4, lz4Frame()],
  ])('unpacks %s', (_, compression, packed) => {
    expect(decompress(packed, compression).toString()).toBe(TEXT.toString());
  });

  it.each([
    ['snappy', compressions.snappy, Buffer.from([4, 0x41, 9])],
    [
      'lz4',
      compressions.lz4,
      Buffer.concat([lz4Frame().subarray(0, 11), Buffer.from([0x01, 9, 0, 0, 0, 0])]),
    ],
    ['an unknown one', 7, TEXT],
  ])('refuses damage in %s', (_, compression, packed) => {
    expect(() => decompress(packed, compression)).toThrow();
  });
});

function snappyBlock(): Buffer {
  return Buffer.concat([
    Buffer.from([23, 5 << 2]),
    Buffer.from('hello '),
    Buffer.from([((17 - 1) << 2) | 2, 6, 0]),
  ]);
}

function xerial(block: Buffer): Buffer {
  const header = Buffer.from([
    0x82,
    ...Buffer.from('SNAPPY'),
    0,
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    block.length,
  ]);
  return Buffer.concat([header, block]);
}

/** A frame of one linked block: a literal of 6 bytes, a match of 12, a last literal of 5. */
function lz4Frame(): Buffer {
  const block = Buffer.concat([
    Buffer.from([(6 << 4) | (12 - 4)]),
    Buffer.from('hello '),
    Buffer.from([6, 0, 5 << 4]),
    Buffer.from('hello'),
  ]);
  return Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0]),
    Buffer.from([block.length, 0, 0, 0]),
    block,
    Buffer.alloc(4),
  ]);
}
