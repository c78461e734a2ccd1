/** MurmurHash2 with the seed of Kafka's Java clients (`org.apache.kafka.common.utils.Utils.murmur2`). */
export function murmur2(data: Buffer): number {
  const m = 0x5bd1e995;
  const { length } = data;
  let h = 0x9747b28c ^ length;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    let k = Math.imul(data.readInt32LE(index), m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length - index;
  if (rest === 3) h ^= data.readUInt8(index + 2) << 16;
  if (rest >= 2) h ^= data.readUInt8(index + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ data.readUInt8(index), m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

/** The partition that Kafka's default partitioner gives a key: all clients must agree, or order per key is lost. */
export function partitionForKey(key: string | Buffer, partitions: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}
