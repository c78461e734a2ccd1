import { setTimeout as delay } from 'node:timers/promises';
import type { Member } from '@tributary/service-runtime';

/** The first thing that happens on a stop, while calls are still taken. */
export interface Drain extends Member {
  /** From the start of the stop: each answer ends its connection. */
  isDraining: () => boolean;
}

/**
 * Tells everyone to go elsewhere before the listener closes: readiness is red already, each answer ends its connection,
 * and for `delayMs` new calls are still served. A listener that closes first refuses the calls of a balancer that has
 * not looked yet, and resets keep-alive connections on which a call is on its way.
 */
export function createDrain(delayMs: number): Drain {
  let draining = false;
  return {
    isDraining: () => draining,
    stop: async () => {
      draining = true;
      await delay(delayMs);
    },
  };
}
