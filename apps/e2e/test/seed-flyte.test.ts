/**
 * What Flyte's document on webhook apps promises about receiving, authenticating and answering, kept by options of a webhook
 * and a consumer of its events. Each test is named after what it quotes.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@tributary/testing';
import { api, createWebhook, eventOf, executionOf, system } from '../src/client.ts';
import { withWorker } from '../src/worker.ts';

const authentication = [{ type: 'bearer' as const, keys: ['test-api-key'] }];
const schema = {
  type: 'object',
  properties: { data: { type: 'object' }, priority: { type: 'integer', default: 0 } },
  required: ['data'],
};
const task = (resource: string) => `{
  "event": "task.requested",
  "resource": {"prefect.resource.id": "${resource}"},
  "payload": {"task": {{ path.split('/')[1:]|tojson }}, "inputs": {{ body|tojson }}}
}`;
const curl = (body: unknown, authorization = 'Bearer test-api-key'): RequestInit => ({
  method: 'POST',
  headers: { authorization, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const PATH = '/run-task/flytesnacks/development/my_task/v1';

describe('Using the webhook', () => {
  it('"curl -X POST .../run-task/flytesnacks/development/my_task/v1" is answered "url", "id", "status": "started"', async () => {
    const webhook = await createWebhook({
      template: task('flyte'),
      authentication,
      response: {
        mode: 'custom',
        content_type: 'application/json',
        body: '{"url": "https://console.example/{{ execution_id }}", "id": "{{ execution_id }}", "status": "started"}',
      },
    });
    const answer = await fetch(webhook.url + PATH, curl({ input_key: 'input_value' }));
    const id = answer.headers.get('x-execution-id');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ url: `https://console.example/${id}`, id, status: 'started' });
    expect((await eventOf(answer)).payload).toEqual({
      task: ['flytesnacks', 'development', 'my_task', 'v1'],
      inputs: { input_key: 'input_value' },
    });
  });
});

describe('Webhook with validation', () => {
  it('"inputs: TaskInput,  # Validated input"', async () => {
    const webhook = await createWebhook({
      template: task('flyte'),
      authentication,
      schema,
      response: { mode: 'custom' },
    });
    expect((await fetch(webhook.url + PATH, curl({ data: {}, priority: 1 }))).status).toBe(200);
    const refused = await fetch(webhook.url + PATH, curl({ data: {}, priority: 'high' }));
    expect(refused.status).toBe(400);
    expect(await executionOf(refused)).toMatchObject({
      outcome: 'rejected',
      cause: 'schema',
      error: { pointer: '/priority' },
    });
  });
});

describe('Webhook with response waiting', () => {
  it('"run.wait()  # Wait for completion"', async () => {
    const resource = randomUUID();
    const webhook = await createWebhook({
      template: task(resource),
      authentication,
      response: { mode: 'sync', timeout_ms: 30_000 },
    });
    const outputs = { sum: 3 };
    const answer = await withWorker(
      resource,
      async (event, { reply }) => {
        const body = JSON.stringify({ run_id: event.id, url: 'https://run', status: 'succeeded', outputs });
        await reply({ content_type: 'application/json', body });
      },
      () => fetch(`${webhook.url}/run-task-and-wait/p/d/n/v`, curl({ a: 1, b: 2 })),
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'succeeded', outputs });
  });

  it('"Consider async task execution (don\'t wait for completion)": past the limit, 202 and where to look', async () => {
    const webhook = await createWebhook({
      template: task('nobody'),
      authentication,
      response: { mode: 'sync', timeout_ms: 100 },
    });
    const answer = await fetch(webhook.url, curl({}));
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({
      executionId: answer.headers.get('x-execution-id'),
      status_url: expect.stringMatching(/\/executions\/[0-9a-f-]{36}$/),
    });
  });
});

describe('Security considerations', () => {
  it.each([
    ['Bearer wrong-key', 401],
    ['Basic dGVzdC1hcGkta2V5', 401],
    ['', 401],
  ])(
    '"Always secure webhooks with authentication (API keys, tokens, etc.)": %j',
    async (authorization, status) => {
      const webhook = await createWebhook({ template: task('flyte'), authentication });
      const answer = await fetch(webhook.url, curl({}, authorization));
      expect(answer.status).toBe(status);
      const execution = await executionOf(answer);
      expect(execution).toMatchObject({ outcome: 'rejected', events: [] });
      expect(execution.cause).toMatch(/^credentials/);
    },
  );

  it('"Store API keys in Flyte secrets, not in code": nobody reads them back, and two are valid while one is replaced', async () => {
    const webhook = await createWebhook({ template: task('flyte'), authentication });
    const replaced = { authentication: [{ type: 'bearer', keys: ['test-api-key', 'next-key'] }] };
    expect((await api('PATCH', `/webhooks/${webhook.id}`, replaced)).status).toBe(204);
    await eventually(async () => {
      expect((await fetch(webhook.url, curl({}, 'Bearer next-key'))).status).toBe(204);
    });
    expect((await fetch(webhook.url, curl({}))).status).toBe(204);
    const shown = await eventually(async () => {
      const { authentication: entries } = (await (await api('GET', `/webhooks/${webhook.id}`)).json()) as {
        authentication: { keys: { configured: boolean; last_used: string | null }[] }[];
      };
      const { keys } = entries[0]!;
      return keys.every(({ last_used }) => last_used !== null) && keys;
    });
    expect(shown).toMatchObject([{ configured: true }, { configured: true }]);
    expect(JSON.stringify(shown)).not.toMatch(/test-api-key|next-key/);
  });

  it('"Include health check endpoints"', async () => {
    for (const { service, url } of system.processes) {
      const checks = await Promise.all(['live', 'ready'].map((name) => fetch(`${url}/health/${name}`)));
      expect([service, ...checks.map(({ status }) => status)]).toEqual([service, 200, 200]);
    }
  });

  it('"Rate limiting" and "Audit logging: Log all webhook invocations": what is refused is seen', async () => {
    const webhook = await createWebhook({ template: task('flyte'), limits: { requests_per_second: 1 } });
    const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(webhook.url)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).not.toEqual([]);
    // Of many refusals a sample is kept.
    const seen = await eventually(async () => {
      for (const { headers } of refused) {
        const response = await api('GET', `/executions/${headers.get('x-execution-id')}`);
        if (response.status === 200) return response.json();
      }
      return false;
    });
    expect(seen).toMatchObject({ outcome: 'rejected', cause: 'rate', response: { status: 429 } });
  });
});

describe('Troubleshooting', () => {
  it.each([
    [
      '"Authentication failing: Verify API key matches"',
      curl({ data: {} }, 'Bearer wrong-key'),
      { after: 'verify', reason: 'its credentials are wrong' },
    ],
    [
      '"Task not running: Check task inputs match expected format"',
      curl({ data: {}, priority: 'high' }),
      { after: 'schema', reason: "its body does not match the webhook's schema" },
    ],
  ])('%s: each step is told with its time, and why it went no further', async (_quote, request, stopped) => {
    const webhook = await createWebhook({ template: task('flyte'), authentication, schema });
    const { id } = await executionOf(await fetch(webhook.url + PATH, request));
    const told = (await (await api('GET', `/executions/${id}/explain`)).json()) as {
      steps: { name: string; duration_ms: number; sentence: string }[];
      stopped: { after: string; reason: string };
    };
    expect(told.stopped).toEqual({
      ...stopped,
      reason: expect.stringContaining(stopped.reason),
      error: expect.anything(),
    });
    expect(told.steps.map(({ name }) => name).slice(0, 2)).toEqual(['receive', 'verify']);
    for (const { duration_ms, sentence } of told.steps) {
      expect(duration_ms).toBeGreaterThanOrEqual(0);
      expect(sentence).toMatch(/, in [\d.]+ ms\.$/);
    }
  });
});

describe('Example: GitHub webhook', () => {
  const body = JSON.stringify({ ref: 'refs/heads/main', after: '0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c' });
  const sign = (secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const push = (signature: string | undefined, event = 'push'): RequestInit => ({
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      ...(signature === undefined ? {} : { 'x-hub-signature-256': signature }),
    },
  });
  const settings = {
    template:
      '{"event": "deployment.wanted", "resource": {"prefect.resource.id": "commit.{{ body.after }}"}}',
    filter: "headers['x-github-event'] == 'push'",
    authentication: [{ type: 'signature' as const, preset: 'github', secrets: ['s3cret', 'older'] }],
  };

  it('"if event_type == push: Trigger deployment task", else "ignored"', async () => {
    const webhook = await createWebhook(settings);
    const pushed = await fetch(webhook.url, push(sign('s3cret')));
    expect(pushed.status).toBe(204);
    expect((await eventOf(pushed)).resource['prefect.resource.id']).toMatch(/^commit\.0d1a26/);
    const ignored = await fetch(webhook.url, push(sign('older'), 'issues'));
    expect(ignored.status).toBe(204);
    expect(await executionOf(ignored)).toMatchObject({ outcome: 'ignored', cause: 'filter' });
  });

  it('"return {run_id, url}" of a push, else "return {status: ignored}"', async () => {
    const webhook = await createWebhook({
      ...settings,
      response: {
        mode: 'custom',
        content_type: 'application/json',
        body: `{% if event %}{"run_id": "{{ event.id }}", "url": "https://run/{{ event.id }}"}{% else %}{"status": "ignored"}{% endif %}`,
      },
    });
    const pushed = await fetch(webhook.url, push(sign('s3cret')));
    const { id } = await eventOf(pushed);
    expect(await pushed.json()).toEqual({ run_id: id, url: `https://run/${id}` });
    expect(await (await fetch(webhook.url, push(sign('s3cret'), 'issues'))).json()).toEqual({
      status: 'ignored',
    });
  });

  it.each([
    ['forged', sign('guess'), 403, 'signature'],
    ['malformed', 'sha256=zz', 403, 'signature'],
    ['missing', undefined, 401, 'credentials_missing'],
  ])(
    '"raise HTTPException(status_code=403, detail=Invalid signature)": %s',
    async (_what, signature, status, cause) => {
      const webhook = await createWebhook(settings);
      const answer = await fetch(webhook.url, push(signature));
      expect(answer.status).toBe(status);
      expect(await executionOf(answer)).toMatchObject({ outcome: 'rejected', cause, events: [] });
    },
  );
});
