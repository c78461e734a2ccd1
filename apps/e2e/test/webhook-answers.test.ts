import { describe, expect, it } from '@jest/globals';
import { eventually } from '@tributary/testing';
import { api, createWebhook, eventOf, system } from '../src/client.ts';

const template = '{"event": "called", "resource": {"prefect.resource.id": "thing"}}';

describe('a webhook', () => {
  it('in receipt mode answers 200 with the execution id', async () => {
    const webhook = await createWebhook({ template, response: { mode: 'receipt' } });
    const answer = await fetch(webhook.url, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ executionId: answer.headers.get('x-execution-id') });
    expect(await eventOf(answer)).toMatchObject({ event: 'called' });
  });

  it('that is unknown and one that is disabled answer the same 404', async () => {
    const webhook = await createWebhook({ template, enabled: false });
    const disabled = await fetch(webhook.url);
    const unknown = await fetch(`${system.url}/hooks/${'A'.repeat(22)}`);
    expect([disabled.status, await disabled.text()]).toEqual([404, await unknown.text()]);
    expect(unknown.status).toBe(404);
    for (const answer of [disabled, unknown])
      expect(answer.headers.get('x-execution-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('that is deleted works nowhere a second later', async () => {
    const webhook = await createWebhook({ template });
    expect((await api('DELETE', `/webhooks/${webhook.id}`)).status).toBe(204);
    await eventually(async () => expect((await fetch(webhook.url)).status).toBe(404));
    expect((await api('GET', `/webhooks/${webhook.id}`)).status).toBe(404);
  });

  it('refuses a method that it does not take, a body over its limit, and an unknown encoding', async () => {
    const webhook = await createWebhook({ template, methods: ['POST'], limits: { max_body_bytes: 10 } });
    expect((await fetch(webhook.url)).status).toBe(405);
    expect((await fetch(webhook.url, { method: 'POST', body: 'x'.repeat(11) })).status).toBe(413);
    expect(
      (await fetch(webhook.url, { method: 'POST', body: 'x', headers: { 'content-encoding': 'rot13' } }))
        .status,
    ).toBe(415);
  });

  it("of a service account lets in who shows that account's key, and nobody else", async () => {
    const bots = `${system.api_url}/accounts/${system.account}/bots`;
    const headers = { authorization: `Bearer ${system.api_key}`, 'content-type': 'application/json' };
    const made = await fetch(bots, { method: 'POST', headers, body: JSON.stringify({ name: 'caller' }) });
    const { id, api_key } = (await made.json()) as { id: string; api_key: { key: string } };
    const webhook = await createWebhook({ template, service_account_id: id });
    const call = (authorization?: string) =>
      fetch(webhook.url, { headers: authorization === undefined ? {} : { authorization } });
    await eventually(async () => expect((await call(`Bearer ${api_key.key}`)).status).toBe(204));
    for (const other of [`Bearer ${system.api_key}`, `Basic ${btoa(`:${api_key.key}`)}`, undefined]) {
      const refused = await call(other);
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="webhook"',
      ]);
    }
  });

  it('with a template that has a fault of syntax is refused, with line and column', async () => {
    const response = await api('POST', '/webhooks/', {
      name: 'broken',
      template: '{\n  "event": {{ body.x| }}\n}',
    });
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    expect(await response.json()).toMatchObject({
      errors: [{ pointer: '/template', line: 2, column: expect.any(Number) }],
    });
  });

  it('keeps the path and the query of a call for its template', async () => {
    const webhook = await createWebhook({
      template: '{"event": "{{ path }}", "resource": {"prefect.resource.id": "{{ query[\'param-one\'] }}"}}',
    });
    const event = await eventOf(
      await fetch(`${webhook.url}/my/custom/path?param-one=ParamValueOne&param-two=x`),
    );
    expect(event).toMatchObject({
      event: 'my/custom/path',
      resource: { 'prefect.resource.id': 'ParamValueOne' },
    });
  });
});
