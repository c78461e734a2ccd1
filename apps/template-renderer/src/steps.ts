import type { ExecutionStep } from '@tributary/event-schemas';

/** Milliseconds since the epoch, with fractions. */
export type Clock = () => number;

/** The system's clock: steady, and finer than a millisecond. */
export const systemClock: Clock = () => performance.timeOrigin + performance.now();

/** Takes the time of the steps of one execution. */
export interface StepTimer {
  /** Runs `work` as the step `name`, which is recorded also when it throws. */
  run: <T>(name: string, work: () => T) => T;
  readonly steps: ExecutionStep[];
}

export function createStepTimer(now: Clock, earlier: readonly ExecutionStep[]): StepTimer {
  const steps = [...earlier];
  return {
    steps,
    run: (name, work) => {
      const started = now();
      try {
        return work();
      } finally {
        steps.push({
          name,
          started: new Date(started).toISOString(),
          duration_ms: Math.round((now() - started) * 1000) / 1000,
        });
      }
    },
  };
}
