import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { serviceEnv } from './config.ts';
import { runJob } from './run-job.ts';

const job = {
  name: 'job',
  schema: z.object({ LOG_LEVEL: serviceEnv.LOG_LEVEL }),
  isAway: (error: unknown) => (error as Error).message === 'away',
};

beforeEach(() => {
  process.env['LOG_LEVEL'] = 'silent';
});
afterEach(() => {
  delete process.env['LOG_LEVEL'];
  process.exitCode = undefined;
});

describe('a one-shot job', () => {
  it('tries again while what it needs is away', async () => {
    let attempts = 0;
    await runJob(job, async ({ LOG_LEVEL }) => {
      expect(LOG_LEVEL).toBe('silent');
      attempts += 1;
      if (attempts === 1) throw new Error('away');
    });
    expect([attempts, process.exitCode]).toEqual([2, undefined]);
  });

  it('fails at once of anything else', async () => {
    let attempts = 0;
    await runJob(job, async () => {
      attempts += 1;
      throw new Error('wrong');
    });
    expect([attempts, process.exitCode]).toEqual([1, 1]);
  });
});
