/** What may be in flight at once: calls between their first byte and their durable record, and the bytes of their bodies. */
export interface InFlightBound {
  /** Takes a place for a call; false when all are taken. */
  enter(): boolean;
  leave(): void;
  /** Takes room for bytes; false when there is none. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  readonly calls: number;
  readonly bytes: number;
}

/** Bounds memory: at the bound a call is refused instead of queued. */
export function createInFlightBound(max: { calls: number; bytes: number }): InFlightBound {
  let calls = 0;
  let bytes = 0;
  return {
    enter() {
      if (calls >= max.calls) return false;
      calls++;
      return true;
    },
    leave() {
      calls--;
    },
    take(count) {
      if (bytes + count > max.bytes) return false;
      bytes += count;
      return true;
    },
    give(count) {
      bytes -= count;
    },
    get calls() {
      return calls;
    },
    get bytes() {
      return bytes;
    },
  };
}
