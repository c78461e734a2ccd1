import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { OutcomeReply } from '@tributary/event-schemas';
import { createReplyWaiters } from './reply-waiters.ts';

const EMITTED: OutcomeReply = { execution_id: 'a', outcome: 'emitted', cause: null, error: null };

const WAITING = { limitMs: 1_000, accepts: () => true };

/** What a waiting promise has come to, without waiting for it. */
async function peek<T>(promise: Promise<T> | undefined): Promise<T | 'waits'> {
  return Promise.race([promise!, Promise.resolve<'waits'>('waits')]);
}

afterEach(() => {
  jest.useRealTimers();
});

describe('callers that wait for an outcome', () => {
  it('get the reply to their own execution, the first one', async () => {
    const waiters = createReplyWaiters({ maxLimitMs: 1_000, maxWaiters: 2 });
    const [one, two] = [waiters.wait('a', WAITING), waiters.wait('b', WAITING)];
    waiters.settle('a', EMITTED);
    waiters.settle('a', { ...EMITTED, outcome: 'failed' });
    expect(await one).toBe(EMITTED);
    expect(waiters.size).toBe(1);
    waiters.close();
    expect(await two).toBeUndefined();
  });

  it('are not taken past the bound, and are again when one has left', () => {
    const waiters = createReplyWaiters({ maxLimitMs: 1_000, maxWaiters: 1 });
    expect(waiters.wait('a', WAITING)).toBeDefined();
    expect(waiters.wait('b', WAITING)).toBeUndefined();
    waiters.settle('a', EMITTED);
    expect(waiters.wait('b', WAITING)).toBeDefined();
    waiters.close();
  });

  it('are let go at their limit: not before, and at most two ticks after', async () => {
    jest.useFakeTimers();
    const waiters = createReplyWaiters({ maxLimitMs: 60_000, maxWaiters: 10 });
    jest.advanceTimersByTime(730);
    const waiting = waiters.wait('a', WAITING);
    jest.advanceTimersByTime(999);
    expect(await peek(waiting)).toBe('waits');
    jest.advanceTimersByTime(101);
    expect(await waiting).toBeUndefined();
    expect(waiters.size).toBe(0);
    waiters.close();
  });

  it('who come while others time out wait their own full time', async () => {
    jest.useFakeTimers();
    const waiters = createReplyWaiters({ maxLimitMs: 60_000, maxWaiters: 10 });
    const first = waiters.wait('a', { ...WAITING, limitMs: 200 });
    jest.advanceTimersByTime(149);
    const second = waiters.wait('b', { ...WAITING, limitMs: 200 });
    jest.advanceTimersByTime(151);
    expect(await first).toBeUndefined();
    expect(await peek(second)).toBe('waits');
    jest.advanceTimersByTime(150);
    expect(await second).toBeUndefined();
    waiters.close();
  });

  it('wait as long as each of them may', async () => {
    jest.useFakeTimers();
    const waiters = createReplyWaiters({ maxLimitMs: 300_000, maxWaiters: 10 });
    const long = waiters.wait('a', { ...WAITING, limitMs: 300_000 });
    const short = waiters.wait('b', { ...WAITING, limitMs: 1 });
    jest.advanceTimersByTime(101);
    expect(await short).toBeUndefined();
    jest.advanceTimersByTime(299_898);
    expect(await peek(long)).toBe('waits');
    jest.advanceTimersByTime(101);
    expect(await long).toBeUndefined();
    waiters.close();
  });

  it('are answered by the first reply that they accept', async () => {
    const waiters = createReplyWaiters({ maxLimitMs: 1_000, maxWaiters: 10 });
    const waiting = waiters.wait('a', { limitMs: 1_000, accepts: (reply) => !('outcome' in reply) });
    waiters.settle('a', EMITTED);
    expect(waiters.isAwaited('a')).toBe(true);
    waiters.settle('a', { error: 'no' });
    expect(await waiting).toEqual({ error: 'no' });
    expect(waiters.isAwaited('a')).toBe(false);
    waiters.close();
  });

  it('wait no longer than a stop lets them, and nobody waits after it', async () => {
    jest.useFakeTimers();
    const waiters = createReplyWaiters({ maxLimitMs: 300_000, maxWaiters: 10 });
    const waiting = waiters.wait('a', { ...WAITING, limitMs: 300_000 });
    waiters.letGoAfter(1_000);
    jest.advanceTimersByTime(999);
    expect(await peek(waiting)).toBe('waits');
    jest.advanceTimersByTime(1);
    expect(await waiting).toBeUndefined();
    expect(waiters.wait('b', WAITING)).toBeUndefined();
  });
});
