import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { OutcomeReply } from '@tributary/event-schemas';
import { createReplyWaiters } from './reply-waiters.ts';

const EMITTED: OutcomeReply = { execution_id: 'a', outcome: 'emitted', cause: null, error: null };

/** What a waiting promise has come to, without waiting for it. */
async function peek<T>(promise: Promise<T> | undefined): Promise<T | 'waits'> {
  return Promise.race([promise!, Promise.resolve<'waits'>('waits')]);
}

afterEach(() => {
  jest.useRealTimers();
});

describe('callers that wait for an outcome', () => {
  it('get the reply to their own execution, the first one', async () => {
    const waiters = createReplyWaiters({ limitMs: 1_000, maxWaiters: 2 });
    const [one, two] = [waiters.wait('a'), waiters.wait('b')];
    waiters.settle('a', EMITTED);
    waiters.settle('a', { ...EMITTED, outcome: 'failed' });
    expect(await one).toBe(EMITTED);
    expect(waiters.size).toBe(1);
    waiters.close();
    expect(await two).toBeUndefined();
  });

  it('are not taken past the bound, and are again when one has left', () => {
    const waiters = createReplyWaiters({ limitMs: 1_000, maxWaiters: 1 });
    expect(waiters.wait('a')).toBeDefined();
    expect(waiters.wait('b')).toBeUndefined();
    waiters.settle('a', EMITTED);
    expect(waiters.wait('b')).toBeDefined();
    waiters.close();
  });

  it('are let go at their limit: not before, and at most two ticks after', async () => {
    jest.useFakeTimers();
    const waiters = createReplyWaiters({ limitMs: 1_000, maxWaiters: 10 });
    jest.advanceTimersByTime(730);
    const waiting = waiters.wait('a');
    jest.advanceTimersByTime(999);
    expect(await peek(waiting)).toBe('waits');
    jest.advanceTimersByTime(101);
    expect(await waiting).toBeUndefined();
    expect(waiters.size).toBe(0);
    waiters.close();
  });

  it('who come while others time out wait their own full time', async () => {
    jest.useFakeTimers();
    const waiters = createReplyWaiters({ limitMs: 200, maxWaiters: 10 });
    const first = waiters.wait('a');
    jest.advanceTimersByTime(149);
    const second = waiters.wait('b');
    jest.advanceTimersByTime(151);
    expect(await first).toBeUndefined();
    expect(await peek(second)).toBe('waits');
    jest.advanceTimersByTime(150);
    expect(await second).toBeUndefined();
    waiters.close();
  });
});
