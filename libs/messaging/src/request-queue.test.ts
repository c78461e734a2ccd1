import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { repairRequestQueue } from './request-queue.ts';

interface Queue {
  pending: unknown[];
  throttledUntil: number;
  checkPendingRequests: () => void;
  destroy: () => void;
}

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as new (
  options: object,
) => Queue;

function createQueue(): { queue: Queue; sent: unknown[] } {
  const sent: unknown[] = [];
  const queue = new RequestQueue({
    maxInFlightRequests: null,
    requestTimeout: 1_000,
    clientId: 'test',
    broker: 'none',
    logger: { debug: () => undefined },
    isConnected: () => true,
  });
  Object.assign(queue, { sendSocketRequest: (request: unknown) => sent.push(request) });
  return { queue, sent };
}

describe('the request queue of a connection', () => {
  jest.useFakeTimers();
  afterEach(() => jest.clearAllTimers());

  it('has no timer while nothing waits', () => {
    repairRequestQueue();
    const { queue } = createQueue();
    queue.checkPendingRequests();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sends what waits as soon as the throttle is over', () => {
    repairRequestQueue();
    const { queue, sent } = createQueue();
    queue.throttledUntil = Date.now() + 100;
    queue.pending.push({ correlationId: 1 });
    queue.checkPendingRequests();
    jest.advanceTimersByTime(90);
    expect(sent).toHaveLength(0);
    jest.advanceTimersByTime(20);
    expect(sent).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
