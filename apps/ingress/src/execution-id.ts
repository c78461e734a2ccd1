import { randomFillSync } from 'node:crypto';

/** Random bytes are fetched for this many ids at once: one call of the generator per id costs more than the id. */
const IDS_PER_FILL = 512;
const BYTES_PER_ID = 10;
const COUNTER_MAX = 0xfff;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A generator of UUIDs of version 7 (RFC 9562, 5.7) that only ever grow within the process: 48 bits of milliseconds,
 * a 12-bit counter (6.2, method 1) that starts each millisecond at a random value below its half, and 62 random bits.
 * When the counter is used up, or the clock goes back, the time of the id runs ahead of the clock.
 */
export function createExecutionIds(now: () => number = Date.now): () => string {
  const random = Buffer.allocUnsafe(IDS_PER_FILL * BYTES_PER_ID);
  let position = random.length;
  let lastMs = 0;
  let counter = 0;
  let timeText = '';

  function tick(ms: number, seed: number): void {
    if (ms > lastMs) {
      lastMs = ms;
      counter = seed;
    } else if (counter < COUNTER_MAX) {
      counter++;
      return;
    } else {
      lastMs++;
      counter = seed;
    }
    const digits = lastMs.toString(16).padStart(12, '0');
    timeText = `${digits.slice(0, 8)}-${digits.slice(8)}-7`;
  }

  return () => {
    if (position === random.length) {
      randomFillSync(random);
      position = 0;
    }
    const at = position;
    position += BYTES_PER_ID;
    tick(now(), (random[at]! << 3) | (random[at + 1]! & 0x07));
    const variant = 0x80 | (random[at + 2]! & 0x3f);
    return (
      timeText +
      HEX[counter >> 4]! +
      (counter & 0x0f).toString(16) +
      '-' +
      HEX[variant]! +
      HEX[random[at + 3]!]! +
      '-' +
      random.toString('hex', at + 4, at + 10)
    );
  };
}
