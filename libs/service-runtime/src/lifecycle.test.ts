import { describe, expect, it } from '@jest/globals';
import { createLifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';

const logger = createLogger({ service: 'test', instance: '0', level: 'silent' });

function recorded(names: string[], failing: { start?: string; stop?: string } = {}) {
  const calls: string[] = [];
  const lifecycle = createLifecycle(logger);
  for (const name of names) {
    lifecycle.add(name, {
      start: () => {
        calls.push(`start ${name}`);
        if (failing.start === name) throw new Error(`${name} does not start`);
      },
      stop: () => {
        calls.push(`stop ${name}`);
        if (failing.stop === name) throw new Error(`${name} does not stop`);
      },
    });
  }
  return { calls, lifecycle };
}

describe('a lifecycle', () => {
  it('starts in order and stops in reverse, once', async () => {
    const { calls, lifecycle } = recorded(['pool', 'consumer', 'http']);
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(calls).toEqual([
      'start pool',
      'start consumer',
      'start http',
      'stop http',
      'stop consumer',
      'stop pool',
    ]);
  });

  it('stops what was started when a later member fails, the failing one too', async () => {
    const { calls, lifecycle } = recorded(['pool', 'consumer', 'http'], { start: 'consumer' });
    await expect(lifecycle.start()).rejects.toThrow('consumer does not start');
    await lifecycle.stop();
    expect(calls).toEqual(['start pool', 'start consumer', 'stop consumer', 'stop pool']);
  });

  it('stops everything even when one member fails, and says so', async () => {
    const { calls, lifecycle } = recorded(['pool', 'http'], { stop: 'http' });
    await lifecycle.start();
    await expect(lifecycle.stop()).rejects.toThrow('http does not stop');
    expect(calls).toContain('stop pool');
  });

  it('is ready only while everything is started and healthy', async () => {
    let healthy = true;
    const lifecycle = createLifecycle(logger);
    lifecycle.add('consumer', { health: () => ({ healthy, detail: '' }) });
    expect(lifecycle.health().ready).toBe(false);
    await lifecycle.start();
    expect(lifecycle.health().ready).toBe(true);
    healthy = false;
    expect(lifecycle.health()).toEqual({
      ready: false,
      checks: { consumer: { healthy: false, detail: '' } },
    });
    healthy = true;
    await lifecycle.stop();
    expect(lifecycle.health().ready).toBe(false);
  });
});
