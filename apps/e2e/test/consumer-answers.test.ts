/** What the callers of `sync` webhooks get from the consumers of their events. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { api, createWebhook, executionOf } from '../src/client.ts';
import { withWorker } from '../src/worker.ts';

const about = (resource: string) =>
  `{"event": "called", "resource": {"prefect.resource.id": "${resource}"}, "payload": {{ body|tojson }}}`;

describe('calls with one deduplication key', () => {
  it('get one answer of one consumer, at once, after it, and by the signed URL when it is large', async () => {
    const resource = randomUUID();
    const webhook = await createWebhook({
      template: about(resource),
      deduplication: { key: "headers['x-delivery']", window_seconds: 60 },
      response: { mode: 'sync', timeout_ms: 60_000 },
    });
    const deliver = (delivery: string, body: object) =>
      fetch(webhook.url, {
        method: 'POST',
        headers: { 'x-delivery': delivery, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const made: unknown[] = [];
    await withWorker(
      resource,
      async ({ payload }, { reply }) => {
        made.push(payload);
        const size = Number(payload['size']);
        await reply({ status: 201, body: `${made.length} ${'x'.repeat(size)}` });
      },
      async () => {
        const answers = await Promise.all(Array.from({ length: 5 }, () => deliver('one', { size: 1 })));
        const later = await deliver('one', { size: 1 });
        for (const answer of [...answers, later])
          expect([answer.status, await answer.text()]).toEqual([201, '1 x']);
        const ids = new Set(answers.map(({ headers }) => headers.get('x-execution-id')));
        expect(ids.size).toBe(5);
        const execution = await executionOf(later);
        expect(execution).toMatchObject({
          outcome: 'ignored',
          cause: 'duplicate',
          response: { status: 201 },
        });
        expect(ids).toContain(execution.duplicate_of);

        const large = [await deliver('two', { size: 300_000 }), await deliver('two', { size: 300_000 })];
        // Followed as Prismatic's document asks of its clients, by GET.
        for (const answer of large) {
          expect([answer.redirected, answer.status]).toEqual([true, 201]);
          expect(await answer.text()).toMatch(/^2 x{300000}$/);
        }
      },
    );
    expect(made).toHaveLength(2);
  });
});

describe('an answer that is none', () => {
  it.each([
    [{ status: 99 }, '/status'],
    [{ body: { a: 1 } }, '/body'],
    [{ error: '' }, '/error'],
    [{ headers: {} }, ''],
  ])('is refused over HTTP with its place: %j', async (value, pointer) => {
    const webhook = await createWebhook({
      template: about('nobody'),
      response: { mode: 'sync', timeout_ms: 1 },
    });
    const id = (await fetch(webhook.url)).headers.get('x-execution-id');
    const refused = await api('POST', `/executions/${id}/response`, value);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ errors: [{ pointer }] });
  });
});
