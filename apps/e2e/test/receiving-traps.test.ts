/** What others fell into when they received webhooks. Each test is named after the trap. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@tributary/testing';
import { gzipSync } from 'node:zlib';
import { api, createWebhook, eventOf, executionOf, system } from '../src/client.ts';

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

describe('acknowledging', () => {
  it('of 300 calls by 50 clients at once none is lost', async () => {
    const webhook = await createWebhook({
      template,
      response: { mode: 'receipt' },
      limits: { requests_per_second: null },
    });
    const ids: string[] = [];
    const client = async () => {
      for (let call = 0; call < 6; call++) {
        const answer = await fetch(webhook.url, post('{}'));
        expect(answer.status).toBe(200);
        ids.push(answer.headers.get('x-execution-id')!);
      }
    };
    await Promise.all(Array.from({ length: 50 }, client));
    const executions = await Promise.all(
      ids.map((id) => executionOf(new Response(null, { headers: { 'x-execution-id': id } }))),
    );
    expect(new Set(executions.flatMap(({ events }) => events)).size).toBe(300);
  });

  it('what matches nothing does not vanish', async () => {
    const webhook = await createWebhook({ template, filter: 'false' });
    expect(await executionOf(await fetch(webhook.url))).toMatchObject({
      outcome: 'ignored',
      cause: 'filter',
    });
  });

  it('a template that fails drops nothing: what was sent is kept, and rendered again once it is mended', async () => {
    const webhook = await createWebhook({ template: '{{ body.missing.deeper() }}' });
    const bytes = Buffer.from([0, 255, 10]);
    const answer = await fetch(webhook.url, post(bytes));
    expect(answer.status).toBe(400);
    const execution = await executionOf(answer);
    // A mistake of its author's, which a failure of ours (cause `internal`, and a dead letter) is not mixed up with.
    expect(execution).toMatchObject({ outcome: 'failed', cause: null });
    const { id } = execution;
    const kept = await api('GET', `/executions/${id}/request`);
    expect(Buffer.from(await kept.arrayBuffer())).toEqual(bytes);
    expect((await api('PATCH', `/webhooks/${webhook.id}`, { template })).status).toBe(204);
    const again = (await (await api('POST', `/executions/${id}/replay`)).json()) as { id: string };
    const replayed = new Response(null, { headers: { 'x-execution-id': again.id } });
    expect(await executionOf(replayed)).toMatchObject({ outcome: 'emitted', replay_of: id });
  });

  it('a call that fails takes no deduplication key: its sender may try again', async () => {
    const webhook = await createWebhook({
      template: '{{ body|tojson }}',
      deduplication: { key: "'always the same'" },
    });
    const event = '{"event": "e", "resource": {"prefect.resource.id": "r"}}';
    const statuses: number[] = [];
    for (const body of ['{}', event, '{}']) statuses.push((await fetch(webhook.url, post(body))).status);
    expect(statuses).toEqual([400, 204, 204]);
  });
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

  it('a captured call with another delivery id is a duplicate, where the key is what the signature covers', async () => {
    const webhook = await createWebhook({
      template,
      authentication: bySignature,
      deduplication: { key: 'raw_body', window_seconds: 600 },
    });
    const call = (delivery: string) =>
      fetch(webhook.url, post('{}', { ...signed('s', '{}'), 'x-github-delivery': delivery }));
    expect((await executionOf(await call('one'))).outcome).toBe('emitted');
    expect(await executionOf(await call('two'))).toMatchObject({ outcome: 'ignored', cause: 'duplicate' });
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
    const value = `t=${time},v1=${young}`;
    // Two header lines, which fetch would join, and a proxy might.
    const { url } = system.processes.find(({ service }) => service === 'ingress')!;
    const twice = await new Promise<Response>((resolve, reject) => {
      const headers = ['host', 'localhost', 'stripe-signature', value, 'stripe-signature', value];
      request(url + new URL(webhook.url).pathname, { method: 'POST', headers, agent: false })
        .on('response', ({ statusCode, headers: { 'x-execution-id': id } }) => {
          resolve(new Response(null, { status: statusCode!, headers: { 'x-execution-id': String(id) } }));
        })
        .on('error', reject)
        .end('{}');
    });
    expect(twice.status).toBe(403);
    expect(await executionOf(twice)).toMatchObject({
      outcome: 'rejected',
      cause: 'signature',
      error: { message: expect.stringContaining('more than once') },
    });
  });

  it('an unknown verifier is refused when it is saved', async () => {
    for (const entry of [
      { type: 'signature', preset: 'nobody', secrets: ['s'] },
      { type: 'hope', secrets: ['s'] },
    ]) {
      const response = await api('POST', '/webhooks/', { name: 'x', template, authentication: [entry] });
      expect(response.status).toBe(422);
    }
  });

  it('a secret in base64 with a prefix is what it stands for', async () => {
    const key = Buffer.from('a key of some bytes');
    const webhook = await createWebhook({
      template,
      authentication: [
        { type: 'signature', preset: 'standard-webhooks', secrets: [`whsec_${key.toString('base64')}`] },
      ],
    });
    const time = String(Math.floor(Date.now() / 1000));
    const call = async (id: string) => {
      const signature = createHmac('sha256', key).update(`m1.${time}.{}`).digest('base64');
      const headers = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
      return (await fetch(webhook.url, post('{}', headers))).status;
    };
    // A captured call under another delivery id is no other call: the id is signed.
    expect([await call('m1'), await call('m2')]).toEqual([204, 403]);
  });

  it.each(['urlencoded', 'multipart'])('a signature may stand in a form: Mailgun, %s', async (kind) => {
    const webhook = await createWebhook({
      template: seen('body.subject'),
      authentication: [{ type: 'signature', preset: 'mailgun', secrets: ['s'] }],
    });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const call = (token: string) => {
      const signature = createHmac('sha256', 's').update(`${timestamp}t`).digest('hex');
      const fields = Object.entries({ subject: 'Hi', timestamp, token, signature });
      const form = new FormData();
      for (const [name, value] of fields) form.append(name, value);
      return fetch(webhook.url, {
        method: 'POST',
        body: kind === 'multipart' ? form : new URLSearchParams(fields),
      });
    };
    expect((await eventOf(await call('t'))).event).toBe('Hi');
    expect((await call('other')).status).toBe(403);
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
    await eventually(async () => expect((await fetch(webhook.url)).status).toBe(404));
    expect((await api('PATCH', `/webhooks/${webhook.id}`, { enabled: true })).status).toBe(204);
    await eventually(async () => expect((await fetch(webhook.url)).status).toBe(204));
  });
});
