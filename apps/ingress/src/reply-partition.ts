import { randomInt } from 'node:crypto';

/**
 * The partition of `tributary.replies` that an instance reads: the number its id ends in (`ingress-3`, as a stateful set
 * or the embedded stack counts), else any. Two instances on one partition are right, only less frugal: each ignores
 * what the other waits for.
 */
export function chooseReplyPartition(instanceId: string, partitions: number): number {
  const ordinal = /(?:^|[-_.])(\d{1,9})$/.exec(instanceId)?.[1];
  return ordinal === undefined ? randomInt(partitions) : Number(ordinal) % partitions;
}
