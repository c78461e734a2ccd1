import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { topics } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { startPipeline } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { startRenderer } from './renderer.ts';
import type { Renderer } from './renderer.ts';

/**
 * The promise: a committed reader of `tributary.events` sees each event exactly once, and those of one webhook in the
 * order in which its requests were acknowledged, although an instance dies in the middle of its work.
 */
const WEBHOOKS = 12;
const CALLS_EACH = 400;
const TEMPLATE = `{
  "event": "call",
  "resource": {"prefect.resource.id": "webhook.{{ webhook.id }}"},
  "payload": {"n": {{ body.n }} }
}`;

let pipeline: Pipeline;
let renderers: Renderer[] = [];

beforeAll(async () => {
  pipeline = await startPipeline();
  // Small batches: more transactions to be caught in.
  const env = { MAX_BATCH_RECORDS: '20' };
  renderers = await Promise.all([
    startRenderer(pipeline.brokers, { ...env, INSTANCE_ID: 'a' }),
    startRenderer(pipeline.brokers, { ...env, INSTANCE_ID: 'b' }),
  ]);
});

afterAll(async () => {
  await Promise.all(renderers.map((renderer) => renderer.stop()));
  await pipeline?.stop();
});

it('each event is there once, in order, although an instance is killed under load', async () => {
  const webhooks = await Promise.all(Array.from({ length: WEBHOOKS }, () => pipeline.saveWebhook(TEMPLATE)));
  const executions = new Map<string, string[]>(webhooks.map(({ id }) => [id, []]));
  const load = webhooks.map(async (webhook) => {
    for (let n = 0; n < CALLS_EACH; n++) {
      executions.get(webhook.id)!.push(await pipeline.call(webhook, JSON.stringify({ n })));
    }
  });
  const total = WEBHOOKS * CALLS_EACH;

  await eventually(() => pipeline.outcomes.size > total / 10);
  const [victim] = renderers.splice(0, 1);
  await victim!.kill();
  expect(pipeline.outcomes.size).toBeLessThan(total);
  renderers.push(await startRenderer(pipeline.brokers, { INSTANCE_ID: 'c' }));
  await Promise.all(load);
  await eventually(() => pipeline.outcomes.size >= total, { timeoutMs: 90_000 });

  const ids = [...executions.values()].flat();
  for (const id of ids) expect(pipeline.outcomes.get(id)).toHaveLength(1);
  const mine = new Set(ids.flatMap((id) => pipeline.outcomes.get(id)![0]!.events));
  const events = pipeline.events.filter(({ event }) => mine.has(event.id));
  expect(events).toHaveLength(total);
  expect(mine.size).toBe(total);
  for (const { id } of webhooks) {
    const inOrder = events
      .filter(({ key }) => key === `webhook.${id}`)
      .sort((a, b) => Number(a.offset - b.offset))
      .map(({ event }) => event.payload['n']);
    expect(inOrder).toEqual(Array.from({ length: CALLS_EACH }, (_, n) => n));
  }
  expect(
    pipeline.deadLetters.filter(
      ({ headers }) => headers['tributary_dead_letter_topic'] === topics.requests.name,
    ),
  ).toEqual([]);
}, 240_000);

it('of equal requests one is rendered, and the others name it, although an instance is killed under load', async () => {
  const deduplication = { key: 'body.n', window_seconds: 600 };
  const webhooks = await Promise.all(
    Array.from({ length: 6 }, () => pipeline.saveWebhook(TEMPLATE, { deduplication })),
  );
  const received = new Date().toISOString();
  const calls = new Map<string, string[]>();
  const call = async (webhook: (typeof webhooks)[number], n: number): Promise<string> => {
    const executionId = await pipeline.call(webhook, JSON.stringify({ n }), { received });
    const key = `${webhook.id} ${n}`;
    calls.set(key, [...(calls.get(key) ?? []), executionId]);
    return executionId;
  };
  const isEnded = (id: string): boolean => pipeline.outcomes.has(id);
  const load = webhooks.map(async (webhook) => {
    for (let n = 0; n < 60; n++) await Promise.all([call(webhook, n), call(webhook, n)]);
    // And once more, long after some were committed.
    await Promise.all(Array.from({ length: 60 }, (_, n) => call(webhook, n)));
  });
  await eventually(() => [...calls.values()].flat().filter(isEnded).length > 100);
  const [victim] = renderers.splice(0, 1);
  await victim!.kill();
  renderers.push(await startRenderer(pipeline.brokers, { INSTANCE_ID: 'd' }));
  await Promise.all(load);
  await eventually(() => [...calls.values()].flat().every(isEnded), { timeoutMs: 90_000 });
  expect(calls.size).toBe(6 * 60);
  for (const ids of calls.values()) {
    const outcomes = ids.map((id) => pipeline.outcomes.get(id)!);
    expect(outcomes.map((each) => each.length)).toEqual([1, 1, 1]);
    const [first, ...others] = outcomes.flat().sort((a, b) => (a.outcome < b.outcome ? -1 : 1));
    expect(first).toMatchObject({ outcome: 'emitted' });
    for (const other of others)
      expect(other).toMatchObject({
        outcome: 'ignored',
        cause: 'duplicate',
        duplicate_of: first!.execution_id,
      });
  }
}, 240_000);
