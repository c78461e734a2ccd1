import type { PartitionContext } from './partition-task.ts';

/**
 * What this process knows of a partition from one assignment to the next. A rebalance assigns every partition anew, those
 * that stay too; a handler that takes minutes shall not be disturbed, nor its record handled twice, because somebody
 * joined.
 */
export interface PartitionMemory {
  /** Ends when the partition is no longer ours after all. */
  readonly lost: AbortSignal;
  /** The work on a record; never rejects. */
  running: Promise<void> | undefined;
  /** The offset after the last record that was handled here. */
  handled: bigint;
  /** Begins an assignment. */
  assign(context: PartitionContext): void;
}

export function createPartitionMemory(): PartitionMemory {
  let current: PartitionContext | undefined;
  let lost = new AbortController();
  return {
    get lost() {
      return lost.signal;
    },
    running: undefined,
    handled: 0n,
    assign: (context) => {
      current = context;
      if (lost.signal.aborted) lost = new AbortController();
      const { revoked } = context;
      const revoke = () => {
        // All that was assigned is revoked before any of it is assigned anew, both at once.
        setImmediate(() => {
          if (current === context) lost.abort(revoked.reason);
        });
      };
      if (revoked.aborted) revoke();
      else revoked.addEventListener('abort', revoke, { once: true });
    },
  };
}
