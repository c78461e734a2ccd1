import { describe, expect, it } from '@jest/globals';
import { isRetryable } from '@tributary/messaging';
import type { TransformBatch } from '@tributary/messaging';
import { createBacklog } from '../backlog.ts';
import { replayedRequests } from './replayed-requests.ts';
import type { ReplayedRequestsDeps } from './replayed-requests.ts';

const batch: TransformBatch = {
  topic: 'tributary.replays',
  partition: 0,
  records: [],
  signal: new AbortController().signal,
  heartbeat: () => Promise.resolve(),
};

function replays(sizes: number[]) {
  const asked: number[] = [];
  const deps = {
    backlog: { size: () => Promise.resolve(asked[asked.push(sizes[asked.length] ?? sizes.at(-1)!) - 1]!) },
    observer: { batch: () => undefined },
  } as unknown as ReplayedRequestsDeps;
  return { render: replayedRequests(deps), asked };
}

describe('replays', () => {
  it('are rendered while few requests wait', async () => {
    const { render, asked } = replays([200]);
    expect(await render(batch)).toMatchObject({ records: [] });
    expect(asked).toEqual([200]);
  });

  it('wait until few do', async () => {
    const { render, asked } = replays([5_000, 300, 10]);
    expect(await render(batch)).toMatchObject({ records: [] });
    expect(asked).toHaveLength(3);
  });

  it('leave long waiting to the consumer: it is no poison', async () => {
    const { render } = replays([5_000]);
    const error: unknown = await render(batch).catch((reason: unknown) => reason);
    expect(isRetryable(error)).toBe(true);
  });

  it('end their waiting when the partition is to be given up', async () => {
    const { render } = replays([5_000]);
    await expect(render({ ...batch, signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

it('the backlog is what lies between the committed offsets and the ends', async () => {
  let now = 0;
  let high = 110n;
  const admin = {
    watermarks: () =>
      Promise.resolve([
        { partition: 0, low: 0n, high },
        { partition: 1, low: 5n, high: 12n },
        { partition: 2, low: 3n, high: 3n },
      ]),
    committedOffsets: () => Promise.resolve(new Map([[0, 100n]])),
  };
  const backlog = createBacklog(admin, { groupId: 'g', topic: 't', now: () => now });
  expect(await backlog.size()).toBe(17);
  high = 100n;
  expect(await backlog.size()).toBe(17);
  now = 500;
  expect(await backlog.size()).toBe(7);
});
