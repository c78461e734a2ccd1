/** Eight tables of the Castagnoli polynomial (RFC 3720, reflected 0x82f63b78) for the slicing-by-8 method. */
const tables = buildTables();

function buildTables(): Int32Array {
  const all = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    all[n] = c;
  }
  for (let n = 0; n < 256; n++) {
    for (let t = 1; t < 8; t++) {
      const previous = all[(t - 1) * 256 + n] as number;
      all[t * 256 + n] = (previous >>> 8) ^ (all[previous & 0xff] as number);
    }
  }
  return all;
}

/** CRC-32C of `buffer[start, end)`, as an unsigned 32-bit integer. Record batches of magic 2 carry it. */
export function crc32c(buffer: Uint8Array, start = 0, end = buffer.length): number {
  const t = tables;
  let crc = -1;
  let i = start;
  /* The loop reads typed arrays inside their bounds; the assertions keep it free of checks that cost a third of its speed. */
  for (const last = end - 7; i < last; i += 8) {
    const low = crc ^ (buffer[i]! | (buffer[i + 1]! << 8) | (buffer[i + 2]! << 16) | (buffer[i + 3]! << 24));
    crc =
      t[1792 + (low & 0xff)]! ^
      t[1536 + ((low >>> 8) & 0xff)]! ^
      t[1280 + ((low >>> 16) & 0xff)]! ^
      t[1024 + (low >>> 24)]! ^
      t[768 + buffer[i + 4]!]! ^
      t[512 + buffer[i + 5]!]! ^
      t[256 + buffer[i + 6]!]! ^
      t[buffer[i + 7]!]!;
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ buffer[i]!) & 0xff]!;
  return (crc ^ -1) >>> 0;
}
