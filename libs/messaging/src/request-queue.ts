import { createRequire } from 'node:module';

/** What this file knows of kafkajs's insides. */
interface RequestQueue {
  pending: unknown[];
  /** Milliseconds since the epoch until which the broker asked this client to be silent. */
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/** As kafkajs has it: how soon requests are looked at again that wait for one in flight, not for a throttle. */
const INTERVAL_MS = 10;

/**
 * After its first answer, every connection of kafkajs 2.2.4 looks for waiting requests a thousand times a second, for as
 * long as it lives, also when there are none: the time to wait is counted from a throttle that never was, comes out
 * negative, and Node makes one millisecond of it (`TimeoutNegativeWarning`). A service with ten connections spends a
 * twentieth of a core on that. This schedules a look only while something waits, for all clients of the process.
 */
export function repairRequestQueue(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
    prototype: RequestQueue;
  };
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
    const throttledMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : INTERVAL_MS,
    );
  };
}
