/** What others fell into when they received webhooks. Each test is named after the trap. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@tributary/testing';
import { gzipSync } from 'node:zlib';
import { api, createWebhook, eventOf, executionOf } from '../src/client.ts';

const seen = (expression: string) =>
  `{"event": {{ (${expression})|string|tojson }}, "resource": {"prefect.resource.id": "seen"}}`;
const template = '{"event": "called", "resource": {"prefect.resource.id": "thing"}}';
const signed = (secret: string, body: string | Buffer) => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
});
const bySignature = [{ type: 'signature' as const, preset: 'github', secrets: ['s'] }];
const post = (body: string | Buffer, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: body as string,
  headers,
});

describe('bodies', () => {
  it('a content type with parameters is the same content type', async () => {
    const webhook = await createWebhook({ template: seen('body.a') });
    const answer = await fetch(
      webhook.url,
      post('{"a": 1}', { 'content-type': 'Application/JSON ; charset=utf-8' }),
    );
    expect((await eventOf(answer)).event).toBe('1');
  });

  it.each([
    ['form', 'application/x-www-form-urlencoded'],
    ['JSON', 'application/json'],
    ['anything', 'application/octet-stream'],
  ])('no %s slips past the limit, announced, in chunks or compressed', async (_what, type) => {
    const webhook = await createWebhook({ template, limits: { max_body_bytes: 1_000 } });
    const large = Buffer.alloc(1_001, 'a');
    const chunked = new ReadableStream({
      start(controller) {
        for (let index = 0; index < 3; index++) controller.enqueue(large.subarray(0, 400));
        controller.close();
      },
    });
    const headers = { 'content-type': type };
    const answers = [
      await fetch(webhook.url, post(large, headers)),
      await fetch(webhook.url, { method: 'POST', body: chunked, headers, duplex: 'half' } as RequestInit),
      await fetch(webhook.url, post(gzipSync(large), { ...headers, 'content-encoding': 'gzip' })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([413, 413, 413]);
    expect(await executionOf(answers[0]!)).toMatchObject({ outcome: 'rejected', cause: 'body_too_large' });
  });

  it('a signature is checked over the raw bytes, not over JSON written again', async () => {
    const webhook = await createWebhook({ template: seen('body.big'), authentication: bySignature });
    const body = '{ "big" : 12345678901234567890 }';
    const answer = await fetch(
      webhook.url,
      post(body, { ...signed('s', body), 'content-type': 'application/json' }),
    );
    expect(answer.status).toBe(204);
    expect((await eventOf(answer)).event).toBe('12345678901234567890');
  });
});

describe('verification', () => {
  it('a missing signature fails', async () => {
    const webhook = await createWebhook({ template, authentication: bySignature });
    expect((await fetch(webhook.url, post('{}'))).status).toBe(401);
  });

  it('a captured call cannot be repeated for ever', async () => {
    const webhook = await createWebhook({
      template,
      authentication: [{ type: 'signature', preset: 'stripe', secrets: ['s'] }],
    });
    const call = async (ageSeconds: number): Promise<number> => {
      const time = Math.floor(Date.now() / 1000) - ageSeconds;
      const signature = createHmac('sha256', 's').update(`${time}.{}`).digest('hex');
      return (await fetch(webhook.url, post('{}', { 'stripe-signature': `t=${time},v1=${signature}` })))
        .status;
    };
    expect([await call(0), await call(3_600), await call(-3_600)]).toEqual([204, 403, 403]);
  });

  it('of several signatures in one header one has to match (rotation), and of two headers none counts', async () => {
    const webhook = await createWebhook({
      template,
      authentication: [{ type: 'signature', preset: 'stripe', secrets: ['new'] }],
    });
    const time = Math.floor(Date.now() / 1000);
    const [old, young] = ['old', 'new'].map((key) =>
      createHmac('sha256', key).update(`${time}.{}`).digest('hex'),
    );
    const both = await fetch(
      webhook.url,
      post('{}', { 'stripe-signature': `t=${time},v1=${old},v1=${young}` }),
    );
    const none = await fetch(webhook.url, post('{}', { 'stripe-signature': `t=${time},v1=${old}` }));
    expect([both.status, none.status]).toEqual([204, 403]);
  });

  it('a proxy in front does not hide the address, and nobody can claim another', async () => {
    const open = await createWebhook({
      template,
      authentication: [{ type: 'ip_allow_list', cidrs: ['127.0.0.0/8', '::1'] }],
    });
    const closed = await createWebhook({
      template,
      authentication: [{ type: 'ip_allow_list', cidrs: ['10.0.0.0/8'] }],
    });
    const headers = { 'x-forwarded-for': '10.0.0.1' };
    expect([
      (await fetch(open.url, { headers })).status,
      (await fetch(closed.url)).status,
      (await fetch(closed.url, { headers })).status,
    ]).toEqual([204, 403, 403]);
  });

  it('no credential, cookie or signature leaks into an event or an execution', async () => {
    const webhook = await createWebhook({
      template,
      authentication: [{ type: 'api_key', in: 'query', name: 'token', keys: ['leak-token'] }, ...bySignature],
    });
    const headers = { ...signed('s', '{}'), cookie: 'leak-cookie=1', authorization: 'Bearer leak-bearer' };
    const answer = await fetch(`${webhook.url}?token=leak-token&x=1`, post('{}', headers));
    expect(answer.status).toBe(204);
    const kept = JSON.stringify([await eventOf(answer), await executionOf(answer)]);
    expect(kept).not.toMatch(/leak-/);
    expect(kept).not.toContain(headers['x-hub-signature-256'].slice(7));
  });

  it('a webhook that wants no Authorization tolerates one', async () => {
    const webhook = await createWebhook({ template });
    expect((await fetch(webhook.url, { headers: { authorization: 'Basic eA==' } })).status).toBe(204);
  });
});

describe('answers', () => {
  it('every answer names its execution, and everything that arrives is visible', async () => {
    const webhook = await createWebhook({ template, methods: ['POST'] });
    const answer = await fetch(webhook.url);
    expect(answer.status).toBe(405);
    expect(await executionOf(answer)).toMatchObject({
      webhook_id: webhook.id,
      outcome: 'rejected',
      cause: 'method',
    });
  });

  it('a disabled webhook is not 410, which would make vendors unsubscribe: 404, as if it never was', async () => {
    const webhook = await createWebhook({ template, enabled: false });
    expect((await fetch(webhook.url)).status).toBe(404);
  });

  it('a handshake is answered, so that the subscription can be made: Event Grid, without any setting', async () => {
    const webhook = await createWebhook({ template });
    const answer = await fetch(
      webhook.url,
      post(
        JSON.stringify([
          {
            id: '2d1781af-3a4c-4d7c-bd0c-e34b19da4e66',
            topic: '/subscriptions/x',
            subject: '',
            data: { validationCode: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' },
            eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
          },
        ]),
        { 'aeg-event-type': 'SubscriptionValidation', 'content-type': 'application/json' },
      ),
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ validationResponse: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' });
    expect(await executionOf(answer)).toMatchObject({ outcome: 'ignored', cause: 'handshake', events: [] });
  });

  it('a change of a webhook reaches the ingress: what is active is never 404', async () => {
    const webhook = await createWebhook({ template });
    expect((await api('PATCH', `/webhooks/${webhook.id}`, { enabled: false })).status).toBe(204);
    await eventually(async () => expect((await fetch(webhook.url)).status).toBe(404), { timeoutMs: 1_000 });
    expect((await api('PATCH', `/webhooks/${webhook.id}`, { enabled: true })).status).toBe(204);
    await eventually(async () => expect((await fetch(webhook.url)).status).toBe(204), { timeoutMs: 5_000 });
  });
});
