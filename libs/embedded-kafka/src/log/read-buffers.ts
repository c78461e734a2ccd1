/** Smaller ones are not worth keeping. */
const MIN_BYTES = 128 << 10;
/** Most bytes that are kept for the next reads. */
const MAX_KEPT_BYTES = 8 << 20;

const lent = new WeakSet<ArrayBufferLike>();
const kept: Buffer[] = [];
let keptBytes = 0;

/**
 * A buffer of at least `size` bytes for what is read from a log and sent. Large ones are used again once they are given
 * back; one that nobody gives back is left to the garbage collector, which would otherwise let many pile up.
 */
export function borrowBuffer(size: number): Buffer {
  if (size < MIN_BYTES) return Buffer.allocUnsafe(size);
  const at = kept.findIndex((buffer) => buffer.length >= size && buffer.length <= 4 * size);
  const [buffer = Buffer.allocUnsafeSlow(size)] = at < 0 ? [] : kept.splice(at, 1);
  if (at >= 0) keptBytes -= buffer.length;
  lent.add(buffer.buffer);
  return buffer;
}

/** Takes back a buffer, or the one that this is a part of, when nobody looks at it any more. Others are ignored. */
export function giveBack({ buffer }: Buffer): void {
  if (!lent.delete(buffer) || keptBytes + buffer.byteLength > MAX_KEPT_BYTES) return;
  kept.push(Buffer.from(buffer));
  keptBytes += buffer.byteLength;
}
