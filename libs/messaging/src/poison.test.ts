import { describe, expect, it } from '@jest/globals';
import { isRetryable, RetryableError } from './errors.ts';
import { workThrough } from './poison.ts';

function policyFor(attempt: (records: number[]) => void, putAside: number[] = []) {
  return {
    attempt: (records: number[]) => Promise.resolve(records).then(attempt),
    giveUp: (record: number) => Promise.resolve(void putAside.push(record)),
    isRetryable,
    onFailure: () => undefined,
    signal: new AbortController().signal,
  };
}

describe('workThrough', () => {
  it('finds the records to blame, and does all others, in order', async () => {
    const done: number[] = [];
    const putAside: number[] = [];
    const attempt = (records: number[]) => {
      if (records.some((record) => record === 3 || record === 8)) throw new Error('cannot');
      done.push(...records);
    };
    await workThrough([1, 2, 3, 4, 5, 6, 7, 8, 9], policyFor(attempt, putAside));
    expect(done).toEqual([1, 2, 4, 5, 6, 7, 9]);
    expect(putAside).toEqual([3, 8]);
  });

  it('takes five failures before it blames anything', async () => {
    let attempts = 0;
    const putAside: number[] = [];
    const attempt = () => {
      if (++attempts < 5) throw new Error('not yet');
    };
    await workThrough([1, 2], policyFor(attempt, putAside));
    expect({ attempts, putAside }).toEqual({ attempts: 5, putAside: [] });
  });

  it('waits an outage out, however many attempts that takes', async () => {
    let attempts = 0;
    const putAside: number[] = [];
    const attempt = () => {
      if (++attempts < 7) throw new RetryableError('down');
    };
    await workThrough([1], policyFor(attempt, putAside));
    expect({ attempts, putAside }).toEqual({ attempts: 7, putAside: [] });
  });

  it('stops waiting when told to, and puts nothing aside', async () => {
    const ending = new AbortController();
    const putAside: number[] = [];
    const attempt = () => {
      ending.abort(new Error('stopping'));
      throw new Error('cannot');
    };
    const work = workThrough([1], { ...policyFor(attempt, putAside), signal: ending.signal });
    await expect(work).rejects.toThrow('stopping');
    expect(putAside).toEqual([]);
  });
});
