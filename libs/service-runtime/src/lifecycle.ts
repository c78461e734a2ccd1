import type { Logger } from './logger.ts';

/** Whether a part of a service works, in words for the on-call engineer. */
export interface Health {
  healthy: boolean;
  detail: string;
}

/** A long-living part of a service: a server, a consumer, a pool. */
export interface Member {
  start?: () => Promise<void> | void;
  /** Drains and releases; called once, also when `start` of a later member failed. */
  stop?: () => Promise<void> | void;
  health?: () => Health;
}

/** The parts of a service: started in order, stopped in reverse. */
export interface Lifecycle {
  add: (name: string, member: Member) => void;
  start: () => Promise<void>;
  /** Stops everything that was started, in reverse; throws the first error after all have been tried. Safe to repeat. */
  stop: () => Promise<void>;
  /** Ready: everything started, nothing stopping, every member healthy. */
  health: () => { ready: boolean; checks: Record<string, Health> };
}

export function createLifecycle(logger: Logger): Lifecycle {
  const members: { name: string; member: Member }[] = [];
  const started: { name: string; member: Member }[] = [];
  let state: 'new' | 'starting' | 'started' | 'stopping' = 'new';
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const { name, member } of started.reverse()) {
      try {
        await member.stop?.();
        logger.debug({ member: name }, 'stopped');
      } catch (error) {
        logger.error({ member: name, error }, 'did not stop cleanly');
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  return {
    add: (name, member) => {
      if (state !== 'new') throw new Error(`${name} was added after the start`);
      members.push({ name, member });
    },
    start: async () => {
      state = 'starting';
      for (const entry of members) {
        // Counted as started before it has: a member that fails half-way may hold resources too.
        started.push(entry);
        await entry.member.start?.();
        if (stopping) return;
        logger.debug({ member: entry.name }, 'started');
      }
      state = 'started';
    },
    stop: () => {
      state = 'stopping';
      return (stopping ??= stopAll());
    },
    health: () => {
      const checks: Record<string, Health> = {};
      for (const { name, member } of members) if (member.health) checks[name] = member.health();
      return { ready: state === 'started' && Object.values(checks).every(({ healthy }) => healthy), checks };
    },
  };
}
