import { describe, expect, it } from '@jest/globals';
import { HttpProblem } from '@tributary/service-runtime';
import { saveOnce } from './save-once.ts';

const broken = Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' });
const breaks = () => Promise.reject(broken);

describe('saveOnce', () => {
  it('is content when the save took effect although its connection broke', async () => {
    await saveOnce(breaks, { isSaved: () => Promise.resolve(true) });
  });

  it('lets the client repeat what certainly is not saved', async () => {
    await expect(saveOnce(breaks, { isSaved: () => Promise.resolve(false) })).rejects.toBe(broken);
  });

  it('looks again while the database is away', async () => {
    let looks = 0;
    await saveOnce(breaks, { isSaved: () => (++looks < 3 ? breaks() : Promise.resolve(true)) });
    expect(looks).toBe(3);
  });

  it('answers 500, which no client repeats, when it cannot be known', async () => {
    const failure = await saveOnce(breaks, { isSaved: breaks, looks: 1 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HttpProblem);
    expect(failure).toMatchObject({ status: 500, message: expect.stringContaining('not known') });
  });

  it('passes on what is no outage', async () => {
    const wrong = new Error('wrong');
    const save = saveOnce(() => Promise.reject(wrong), { isSaved: () => Promise.resolve(true) });
    await expect(save).rejects.toBe(wrong);
  });
});
