import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  event as eventSchema,
  outcome as outcomeSchema,
  recordHeaders,
  topics,
} from '@tributary/event-schemas';
import type { CapturedRequest } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { ACCOUNT, FURTHER_TOPIC, REPLY_PARTITION, startPipeline, WORKSPACE } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { startRenderer } from './renderer.ts';
import type { Renderer } from './renderer.ts';

let pipeline: Pipeline;
let renderer: Renderer;

beforeAll(async () => {
  pipeline = await startPipeline();
  renderer = await startRenderer(pipeline.brokers);
});

afterAll(async () => {
  await renderer?.stop();
  await pipeline?.stop();
});

const STATIC =
  '{"event": "model.refreshed", "resource": {"prefect.resource.id": "product.models.recommendations"}}';

/** Saves a webhook, calls it once, and gives its outcome and events. */
async function run(template: string, body: string | Buffer, changes: Partial<CapturedRequest> = {}) {
  const webhook = await pipeline.saveWebhook(template);
  const executionId = await pipeline.call(webhook, body, changes);
  const outcome = await pipeline.outcomeOf(executionId);
  return { webhook, executionId, outcome, events: await pipeline.eventsOf(outcome) };
}

describe('a request that its template can interpret', () => {
  it('becomes an event on Kafka, ordered by its resource, that is a CloudEvent too', async () => {
    const { webhook, executionId, outcome, events } = await run(STATIC, '', { method: 'GET', headers: [] });
    expect(outcome).toMatchObject({ outcome: 'emitted', cause: null, error: null, webhook_version: 1 });
    expect(outcomeSchema.parse(outcome).steps.map(({ name }) => name)).toEqual([
      'parse',
      'render',
      'validate',
    ]);
    const [{ event, key, headers }] = events as [(typeof events)[0]];
    expect(eventSchema.parse(event)).toEqual(event);
    expect(event).toMatchObject({ account: ACCOUNT, workspace: WORKSPACE, event: 'model.refreshed' });
    expect(event.related[0]!['prefect.resource.id']).toBe(`prefect-cloud.webhook.${webhook.id}`);
    expect(key).toBe('product.models.recommendations');
    expect(headers).toMatchObject({
      [recordHeaders.schemaVersion]: '1',
      [recordHeaders.executionId]: executionId,
      [recordHeaders.webhookVersion]: '1',
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: 'model.refreshed',
      ce_source: `/accounts/${ACCOUNT}/workspaces/${WORKSPACE}/webhooks/${webhook.id}`,
      ce_subject: 'product.models.recommendations',
      ce_time: event.occurred,
      'content-type': 'application/json',
    });
    expect(headers).not.toHaveProperty(recordHeaders.replyTopic);
  });

  it('is told to the ingress that waits, on the partition it reads', async () => {
    const { executionId, events } = await run(STATIC, '', { reply_partition: REPLY_PARTITION });
    expect(events[0]!.headers).not.toHaveProperty(recordHeaders.replyTopic);
    await eventually(() => pipeline.replies.has(executionId));
    expect(pipeline.replies.get(executionId)).toEqual([
      { execution_id: executionId, outcome: 'emitted', cause: null, error: null },
    ]);
  });

  it('is told with the answer of its own, where the webhook has one', async () => {
    const webhook = await pipeline.saveWebhook(STATIC, {
      response: {
        mode: 'custom',
        status: 201,
        content_type: 'text/plain',
        headers: {},
        body: '{{ event.event }}',
      },
    });
    const executionId = await pipeline.call(webhook, '', {
      reply_partition: REPLY_PARTITION,
      response_mode: 'custom',
    });
    const response = { status: 201, content_type: 'text/plain', headers: {}, body: 'model.refreshed' };
    await eventually(() => pipeline.replies.has(executionId));
    expect(pipeline.replies.get(executionId)).toMatchObject([{ outcome: 'emitted', response }]);
    expect((await pipeline.outcomeOf(executionId)).response).toEqual({ status: 201 });
  });

  it('is left to a consumer to answer, where the caller waits for one', async () => {
    const waits: Partial<CapturedRequest> = { reply_partition: REPLY_PARTITION, response_mode: 'sync' };
    const { executionId, events } = await run(STATIC, '', waits);
    expect(events[0]!.headers).toMatchObject({
      [recordHeaders.executionId]: executionId,
      [recordHeaders.replyTopic]: topics.replies.name,
      [recordHeaders.replyPartition]: String(REPLY_PARTITION),
    });
    // Told after the former's would have been: its reply is not there, this one's is.
    const ignored = await run('[]', '', waits);
    await eventually(() => pipeline.replies.has(ignored.executionId));
    expect(pipeline.replies.has(executionId)).toBe(false);
  });

  it('becomes one on the further topic of its webhook too; one that is missing is told', async () => {
    const call = async (topic: string) => {
      const webhook = await pipeline.saveWebhook(STATIC, { topic });
      const outcome = await pipeline.outcomeOf(await pipeline.call(webhook));
      return { outcome, events: await pipeline.eventsOf(outcome) };
    };
    const { outcome, events } = await call(FURTHER_TOPIC);
    const copy = await eventually(() =>
      pipeline.further.find(({ headers }) => headers['ce_id'] === outcome.events[0]),
    );
    expect(copy).toMatchObject({ key: Buffer.from(events[0]!.key), headers: events[0]!.headers });
    expect(copy!.value!.toString()).toBe(events[0]!.text);
    expect((await call('events.of-nobody')).outcome).toMatchObject({
      outcome: 'failed',
      error: { pointer: '/topic' },
    });
  });

  it('may be rendered again, by the newest version, as of when it was received', async () => {
    const webhook = await pipeline.saveWebhook(STATIC);
    const first = await pipeline.outcomeOf(
      await pipeline.call(webhook, '', { received: '2026-01-01T00:00:00Z' }),
    );
    await pipeline.saveWebhook(STATIC.replace('refreshed', 'second'), { id: webhook.id, version: 2 });
    const replayed = await pipeline.outcomeOf(
      await pipeline.call(webhook, '', {
        webhook_version: 2,
        received: first.received,
        replay_of: first.execution_id,
      }),
    );
    expect(replayed).toMatchObject({
      outcome: 'emitted',
      webhook_version: 2,
      replay_of: first.execution_id,
      received: first.received,
    });
    const [again] = await pipeline.eventsOf(replayed);
    expect(again!.event).toMatchObject({ event: 'model.second', occurred: first.received });
    expect(again!.event.id).not.toBe(first.events[0]);
  });

  it('keeps numbers to the digit', async () => {
    const body =
      '{"event":"x","resource":{"prefect.resource.id":"y"},"payload":{"big":12345678901234567890,"f":1.0}}';
    const { events } = await run('{{ body|tojson }}', body);
    expect(events[0]!.text).toContain('"payload":{"big":12345678901234567890,"f":1.0}');
  });

  it('may be a form, a compressed body, or name its own URL', async () => {
    const form: Partial<CapturedRequest> = {
      headers: [['content-type', 'application/x-www-form-urlencoded']],
    };
    const template = '{"event": "x", "resource": {"prefect.resource.id": "product.models.{{ body.model }}"}}';
    expect((await run(template, 'model=a%20b', form)).events[0]!.key).toBe('product.models.a b');
    const zipped: Partial<CapturedRequest> = {
      headers: [
        ['Content-Encoding', 'gzip'],
        ['content-type', 'application/json'],
      ],
    };
    expect((await run(template, gzipSync('{"model": "z"}'), zipped)).events[0]!.key).toBe('product.models.z');
    const own = await run('{"event": "x", "resource": {"prefect.resource.id": "{{ webhook.url }}"}}', '');
    expect(own.events[0]!.key).toBe(`https://hooks.example/hooks/${own.webhook.slug}`);
  });

  it('may make several events, or none', async () => {
    const event = (id: string) => `{"event": "x", "resource": {"prefect.resource.id": "${id}"}}`;
    const { events } = await run(`[${event('a')}, ${event('b')}]`, '');
    expect(events.map(({ key }) => key)).toEqual(['a', 'b']);
    expect((await run('[]', '')).outcome).toMatchObject({ outcome: 'ignored', cause: 'empty', events: [] });
  });
});

describe('a request that its template cannot interpret', () => {
  it.each([
    ['a broken template', '{{ 1 / 0 }}', { line: 1 }],
    ['a template that does not compile', '{% if %}', { line: 1 }],
    ['no JSON', 'Hello', { pointer: null }],
    ['no object', '"text"', { pointer: null }],
    [
      'an invalid event',
      '{"event": "x", "resource": {"prefect.resource.id": 1}}',
      { pointer: '/resource/prefect.resource.id' },
    ],
  ])('%s: failed, with an event that says why', async (_what, template, error) => {
    const { webhook, executionId, outcome, events } = await run(template, '{"a": "b"}', {
      reply_partition: REPLY_PARTITION,
    });
    expect(outcome).toMatchObject({ outcome: 'failed', cause: null, error });
    expect(events).toHaveLength(1);
    expect(events[0]!.event).toMatchObject({
      event: 'prefect-cloud.webhook.failed',
      resource: {
        'prefect.resource.id': `prefect-cloud.webhook.${webhook.id}`,
        'prefect.resource.name': 'models',
      },
      payload: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a": "b"}' },
    });
    expect(events[0]!.event.payload['error']).toContain(outcome.error!.message);
    await eventually(() => pipeline.replies.has(executionId));
    expect(pipeline.replies.get(executionId)![0]).toMatchObject({ outcome: 'failed', error });
  });

  it('is rejected without an event when its webhook is gone, or its body is a bomb', async () => {
    const webhook = await pipeline.saveWebhook(STATIC);
    await pipeline.deleteWebhook(webhook);
    const late = await pipeline.call({ id: webhook.id, version: 2 });
    expect(await pipeline.outcomeOf(late)).toMatchObject({
      outcome: 'rejected',
      cause: 'webhook_deleted',
      events: [],
    });
    const bomb = await run(STATIC, gzipSync(Buffer.alloc(50_000_000)), {
      headers: [['content-encoding', 'gzip']],
    });
    expect(bomb.outcome).toMatchObject({ outcome: 'rejected', cause: 'body_too_large', events: [] });
  });

  it('appears in no log with its body or its slug', async () => {
    const { webhook, executionId } = await run('{"event": "{{ body }}"', 'hunter2-body');
    await eventually(() => renderer.log.some((line) => line['executionId'] === executionId));
    const log = JSON.stringify(renderer.log);
    expect(log).not.toContain('hunter2');
    expect(log).not.toContain(webhook.slug);
  });
});

describe('the version of the webhook', () => {
  const isWaitingFor = (id: string): boolean =>
    renderer.log.some(({ webhookId, msg }) => webhookId === id && String(msg).startsWith('waiting'));

  it('is waited for, and the newest is used', async () => {
    const known = await pipeline.saveWebhook(STATIC);
    const newer = await pipeline.call({ id: known.id, version: 2 });
    await eventually(() => isWaitingFor(known.id));
    await pipeline.saveWebhook(STATIC.replace('refreshed', 'third'), { id: known.id, version: 3 });
    const outcome = await pipeline.outcomeOf(newer);
    expect(outcome.webhook_version).toBe(3);
    expect((await pipeline.eventsOf(outcome))[0]!.event.event).toBe('model.third');
  });

  it('is waited for where the webhook is not known at all', async () => {
    const id = randomUUID();
    const executionId = await pipeline.call({ id, version: 1 });
    await eventually(() => isWaitingFor(id));
    await pipeline.saveWebhook(STATIC, { id });
    expect(await pipeline.outcomeOf(executionId)).toMatchObject({ outcome: 'emitted', webhook_version: 1 });
  });

  it('that is lower than the known one changes nothing', async () => {
    const webhook = await pipeline.saveWebhook(STATIC, { version: 5 });
    await pipeline.saveWebhook('broken', { id: webhook.id, version: 4 });
    expect(await pipeline.outcomeOf(await pipeline.call(webhook))).toMatchObject({
      outcome: 'emitted',
      webhook_version: 5,
    });
  });
});

describe('a record that is no request', () => {
  it('goes to the dead letters with the reason, and blocks nothing', async () => {
    const webhook = await pipeline.saveWebhook(STATIC);
    const poison = [undefined, 'no json', '{"execution_id": 1}'];
    for (const request of poison) {
      const headers = request === undefined ? {} : { [recordHeaders.request]: request };
      await pipeline.publish({
        topic: topics.requests.name,
        key: webhook.id,
        value: `poison ${request}`,
        headers,
      });
    }
    expect(await pipeline.outcomeOf(await pipeline.call(webhook))).toMatchObject({ outcome: 'emitted' });
    const reasons = await eventually(() => {
      const found = pipeline.deadLetters.filter(({ key }) => key?.toString() === webhook.id);
      return found.length === 3 && found.map(({ headers }) => headers['tributary_dead_letter_reason']);
    });
    expect(reasons).toEqual([
      'the header request is missing',
      expect.stringMatching(/^the header request is not JSON/),
      expect.stringMatching(/^the header request is not valid: execution_id/),
    ]);
  });

  it('nor is one of a webhook that never existed: it is kept, and its caller is told', async () => {
    const id = randomUUID();
    const executionId = await pipeline.call({ id, version: 1 }, 'body', { reply_partition: REPLY_PARTITION });
    expect(await pipeline.outcomeOf(executionId)).toMatchObject({
      outcome: 'failed',
      cause: 'internal',
      events: [],
    });
    await eventually(() => pipeline.deadLetters.some(({ key }) => key?.toString() === id));
    await eventually(() => pipeline.replies.has(executionId));
  });

  it('and one that we fail on goes there too, with the outcome failed and the cause internal', async () => {
    const template = '{"event": "{{ webhook.url }}", "resource": {"prefect.resource.id": "y"}}';
    const webhook = await pipeline.saveWebhook(template, { slug_encrypted: 'v1.unknown.AAAA' });
    const executionId = await pipeline.call(webhook);
    expect(await pipeline.outcomeOf(executionId)).toMatchObject({
      outcome: 'failed',
      cause: 'internal',
      events: [],
    });
    await eventually(() => pipeline.deadLetters.some(({ key }) => key?.toString() === webhook.id));
  });
});

it('stops cleanly on SIGTERM, and another instance goes on', async () => {
  const second = await startRenderer(pipeline.brokers, { INSTANCE_ID: '1' });
  try {
    expect(await renderer.stop()).toBe(0);
    expect((await run(STATIC, '')).outcome.outcome).toBe('emitted');
  } finally {
    await second.stop();
  }
});
