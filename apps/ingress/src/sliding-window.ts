const WINDOW_MS = 1_000;
const FIRST_CAPACITY = 16;

/** The calls of the last second, each with its time. */
export interface SlidingWindow {
  /** Takes a call where fewer than `limit` were taken in the last second: 0; else the milliseconds until one leaves it. */
  take(limit: number, nowMs: number): number;
  /** Whether nothing was taken in the last second. */
  isIdle(nowMs: number): boolean;
}

/**
 * A second that slides exactly: the times of the calls that were taken, in a ring. It grows with the calls that do come,
 * up to the limit, so that a high limit costs nothing where few call. Times come from a clock that never goes back.
 */
export function createSlidingWindow(): SlidingWindow {
  let times = new Float64Array(FIRST_CAPACITY);
  let head = 0;
  let count = 0;

  function forget(nowMs: number): void {
    while (count > 0 && times[head]! <= nowMs - WINDOW_MS) {
      head = (head + 1) % times.length;
      count--;
    }
  }

  function grow(): void {
    const larger = new Float64Array(times.length * 2);
    for (let index = 0; index < count; index++) larger[index] = times[(head + index) % times.length]!;
    times = larger;
    head = 0;
  }

  return {
    take(limit, nowMs) {
      forget(nowMs);
      if (count >= limit) return times[(head + count - limit) % times.length]! + WINDOW_MS - nowMs;
      if (count === times.length) grow();
      times[(head + count) % times.length] = nowMs;
      count++;
      return 0;
    },
    isIdle(nowMs) {
      forget(nowMs);
      return count === 0;
    },
  };
}
