import { describe, expect, it } from '@jest/globals';
import { createSharedAnswers } from './shared-answers.ts';

const answer = (length: number) => ({
  status: 200,
  content_type: null,
  headers: {},
  body: 'x'.repeat(length),
});

describe('shared answers', () => {
  it('are there while they are waited for, and after', async () => {
    const shared = createSharedAnswers({ maxBytes: 10_000 });
    shared.add('a', Promise.resolve(answer(1)));
    shared.add('b', Promise.resolve(undefined));
    expect([await shared.find('a'), await shared.find('b')]).toEqual([answer(1), undefined]);
    expect(shared.find('c')).toBeUndefined();
  });

  it('are bounded in bytes: the oldest goes first, also one that is still waited for', async () => {
    const shared = createSharedAnswers({ maxBytes: 10_000 });
    shared.add('a', new Promise(() => undefined));
    shared.add('b', Promise.resolve(answer(100)));
    shared.add('c', Promise.resolve(answer(4_400)));
    await new Promise(setImmediate);
    expect(['a', 'b', 'c'].map((id) => shared.find(id) !== undefined)).toEqual([false, true, true]);
    for (let n = 0; n < 100; n++) shared.add(`n${n}`, Promise.resolve(undefined));
    await new Promise(setImmediate);
    expect([shared.find('c'), shared.find('n79')]).toEqual([undefined, undefined]);
    expect(await Promise.all([shared.find('n80'), shared.find('n99')])).toEqual([undefined, undefined]);
    expect(shared.find('n80')).toBeInstanceOf(Promise);
  });

  it('forget one that is too large for them', async () => {
    const shared = createSharedAnswers({ maxBytes: 1_000 });
    shared.add('a', Promise.resolve(answer(10_000)));
    await new Promise(setImmediate);
    expect(shared.find('a')).toBeUndefined();
  });
});
