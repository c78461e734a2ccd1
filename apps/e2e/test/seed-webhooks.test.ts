/**
 * What the document on Prefect's webhooks promises, sentence by sentence, asked of the running system through its doors.
 * Each test is named after the sentence it quotes.
 */
import { describe, expect, it } from '@jest/globals';
import { webhookMethods } from '@tributary/event-schemas';
import {
  api,
  createWebhook,
  eventOf,
  eventsOf,
  executionOf,
  known,
  system,
  workspaceUrl,
} from '../src/client.ts';

const staticTemplate = `{
    "event": "model.refreshed",
    "resource": {
        "prefect.resource.id": "product.models.recommendations",
        "prefect.resource.name": "Recommendations [Products]",
        "producing-team": "Data Science"
    }
}`;
const staticResource = {
  'prefect.resource.id': 'product.models.recommendations',
  'prefect.resource.name': 'Recommendations [Products]',
  'producing-team': 'Data Science',
};

const dynamicTemplate = `{
    "event": "model.refreshed",
    "resource": {
        "prefect.resource.id": "product.models.{{ body.model }}",
        "prefect.resource.name": "{{ body.friendly_name|default(body.model) }}",
        "producing-team": "Data Science"
    }
}`;

/** A template whose event is named after an expression: what the expression saw is the event's name. */
const seen = (expression: string) =>
  `{"event": {{ (${expression})|string|tojson }}, "resource": {"prefect.resource.id": "seen"}}`;

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

describe('Webhook endpoints', () => {
  it('"The webhook endpoints have randomly generated opaque URLs"', async () => {
    const { slug } = await createWebhook({ template: staticTemplate });
    expect(slug).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('"it may not be set via the API"', async () => {
    const response = await api('POST', '/webhooks/', {
      name: 'x',
      template: staticTemplate,
      slug: 'AERylZ_uewzpDx-8fcweHQ',
    });
    expect(response.status).toBe(422);
  });

  it('"you will authenticate API calls": nobody else reads or makes webhooks', async () => {
    for (const headers of [{}, { authorization: 'Bearer tbk_wrong' }]) {
      expect((await fetch(`${workspaceUrl}/webhooks/filter`, { method: 'POST', headers })).status).toBe(401);
    }
  });

  it.each(['GET', 'HEAD', 'DELETE'])(
    '"The headers of the request will be available for templates", without a body: %s',
    async (method) => {
      const webhook = await createWebhook({ template: seen("headers['x-sent']") });
      const answer = await fetch(webhook.url, { method, headers: { 'X-Sent': 'by hand' } });
      expect((await eventOf(answer)).event).toBe('by hand');
    },
  );

  it.each(['POST', 'PUT', 'PATCH'])(
    '"may be used when the webhook request will include a body": %s',
    async (method) => {
      const webhook = await createWebhook({ template: seen('body.a') });
      const answer = await fetch(webhook.url, { ...json({ a: 'sent' }), method });
      expect((await eventOf(answer)).event).toBe('sent');
    },
  );

  it('"you may rotate it at any time without losing the associated configuration"', async () => {
    const webhook = await createWebhook({ template: staticTemplate });
    const rotated = (await (await api('POST', `/webhooks/${webhook.id}/rotate`)).json()) as { slug: string };
    expect(rotated).toMatchObject({ id: webhook.id, name: webhook.name, template: staticTemplate });
    await known(`${system.url}/hooks/${rotated.slug}`);
    expect((await fetch(`${system.url}/hooks/${rotated.slug}`)).status).toBe(204);
    expect((await fetch(webhook.url)).status).toBe(404);
  });

  it.each(webhookMethods)(
    '"All webhooks may accept requests via the most common HTTP methods": %s',
    async (method) => {
      const webhook = await createWebhook({ template: staticTemplate });
      const answer = await fetch(webhook.url, { method });
      expect(answer.status).toBe(204);
      expect(await answer.text()).toBe('');
      expect(await eventOf(answer)).toMatchObject({ event: 'model.refreshed', resource: staticResource });
    },
  );

  it('"will only return a 204 No Content response when they are successful, and a 400 Bad Request error when there is any error interpreting the request"', async () => {
    const webhook = await createWebhook({ template: '{{ body|tojson }}' });
    const good = await fetch(webhook.url, json({ event: 'fine', resource: { 'prefect.resource.id': 'a' } }));
    const bad = await fetch(webhook.url, json({ event: 'no resource' }));
    expect([good.status, await good.text()]).toEqual([204, '']);
    expect([bad.status, await bad.text()]).toEqual([400, '']);
  });
});

describe('Static webhook events', () => {
  it('"curl https://api.prefect.cloud/hooks/..." produces "a single Prefect event with that name and resource"', async () => {
    const webhook = await createWebhook({ template: staticTemplate });
    const event = await eventOf(await fetch(webhook.url));
    expect(event).toMatchObject({ event: 'model.refreshed', resource: staticResource });
    expect({ account: event.account, workspace: event.workspace }).toEqual({
      account: system.account,
      workspace: system.workspace,
    });
  });
});

describe('Event fields that Prefect Cloud populates for you', () => {
  it('"will set default values for any missing fields, like occurred and id"', async () => {
    const webhook = await createWebhook({ template: staticTemplate });
    const answer = await fetch(webhook.url);
    const [event, execution] = await Promise.all([eventOf(answer), executionOf(answer)]);
    expect(event.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(Date.parse(event.occurred)).toBe(Date.parse(execution.received));
    expect(event.follows).toBeNull();
  });

  it('"will always add the webhook itself as a related resource on all of the events it produces"', async () => {
    const webhook = await createWebhook({
      template: `{"event": "e", "resource": {"prefect.resource.id": "r"},
                  "related": [{"prefect.resource.id": "team", "prefect.resource.role": "owner"}]}`,
    });
    const event = await eventOf(await fetch(webhook.url));
    expect(event.related).toEqual([
      { 'prefect.resource.id': 'team', 'prefect.resource.role': 'owner' },
      {
        'prefect.resource.id': `prefect-cloud.webhook.${webhook.id}`,
        'prefect.resource.name': webhook.name,
        'prefect.resource.role': 'webhook',
      },
    ]);
  });

  it('"the payload will default to a standard set of debugging information, including the HTTP method, headers, and body"', async () => {
    const webhook = await createWebhook({ template: staticTemplate });
    const body = 'model=recommendations&friendly_name=Recommendations%20[Products]';
    const event = await eventOf(
      await fetch(webhook.url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'X-Custom': 'Yes',
          cookie: 'session=hunter2',
        },
      }),
    );
    expect(event.payload).toMatchObject({ method: 'POST', body, headers: { 'x-custom': 'Yes' } });
    expect(JSON.stringify(event)).not.toContain('hunter2');
  });

  it('keeps a payload that the template produces, exactly', async () => {
    const webhook = await createWebhook({
      template: `{"event": "e", "resource": {"prefect.resource.id": "r"}, "payload": {{ body|tojson }}}`,
    });
    const answer = await fetch(webhook.url, {
      method: 'POST',
      body: '{"a": 1.0, "big": 12345678901234567890}',
      headers: { 'content-type': 'application/json' },
    });
    const [id] = (await executionOf(answer)).events;
    await eventOf(answer);
    const stored = await (await api('POST', '/events/filter', { filter: { id: { id: [id] } } })).text();
    expect(stored).toMatch(/"a": ?1\.0/);
    expect(stored).toMatch(/"big": ?12345678901234567890/);
  });
});

describe('Dynamic webhook events', () => {
  const form = (body: string): RequestInit => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

  it('"sending a POST request and the body will include a traditional URL-encoded form"', async () => {
    const webhook = await createWebhook({ template: dynamicTemplate });
    const answer = await fetch(
      webhook.url,
      form('model=recommendations&friendly_name=Recommendations%20[Products]'),
    );
    expect(answer.status).toBe(204);
    expect(await eventOf(answer)).toMatchObject({ event: 'model.refreshed', resource: staticResource });
  });

  it('"you may want to use the model\'s ID in place of the friendly name when it is not available"', async () => {
    const webhook = await createWebhook({ template: dynamicTemplate });
    const event = await eventOf(await fetch(webhook.url, form('model=churn')));
    expect(event.resource).toMatchObject({
      'prefect.resource.id': 'product.models.churn',
      'prefect.resource.name': 'churn',
    });
  });
});

describe('How HTTP request components are handled', () => {
  it('"method is the uppercased string of the HTTP method"', async () => {
    const webhook = await createWebhook({ template: seen('method') });
    expect((await eventOf(await fetch(webhook.url, { method: 'PATCH' }))).event).toBe('PATCH');
  });

  it.each(['Content-Length', 'content-length', 'CoNtEnt-LeNgTh'])(
    '"these template expressions all return the value of the Content-Length header": %s',
    async (name) => {
      const webhook = await createWebhook({ template: seen(`headers['${name}']`) });
      expect((await eventOf(await fetch(webhook.url, { method: 'POST', body: '12345' }))).event).toBe('5');
    },
  );

  it('"To prevent accidental disclosures, the Authorization header is removed"', async () => {
    const webhook = await createWebhook({
      template: `{"event": "{{ headers['AUTHORIZATION']|default('none') }}", "resource": {"prefect.resource.id": "r"}}`,
    });
    const event = await eventOf(
      await fetch(webhook.url, { headers: { Authorization: 'Basic aHVudGVyMg==' } }),
    );
    expect(event.event).toBe('none');
    expect(JSON.stringify(event)).not.toContain('aHVudGVyMg');
  });

  it('"If the Content-Type of the request is application/json, the body will be parsed as a JSON object"', async () => {
    const webhook = await createWebhook({ template: seen('body.nested.list[1]') });
    const answer = await fetch(webhook.url, {
      method: 'POST',
      body: '{"nested": {"list": [1, 2.0]}}',
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect((await eventOf(answer)).event).toBe('2.0');
  });

  it.each(["body['friendly_name']", 'body.friendly_name'])(
    '"Jinja2 supports both index and attribute access to the fields of these objects": %s',
    async (expression) => {
      const webhook = await createWebhook({ template: seen(expression) });
      expect(
        (await eventOf(await fetch(webhook.url, json({ friendly_name: 'Recommendations' })))).event,
      ).toBe('Recommendations');
    },
  );

  it('"Prefect Cloud will attempt to parse any other content type (like text/plain) as if it were JSON first"', async () => {
    const webhook = await createWebhook({ template: seen('body.model') });
    const answer = await fetch(webhook.url, {
      method: 'POST',
      body: '{"model": "churn"}',
      headers: { 'content-type': 'text/plain' },
    });
    expect((await eventOf(answer)).event).toBe('churn');
  });

  it.each([
    ['text', 'text/plain', 'not {json'],
    ['broken JSON under a JSON type', 'application/json', '{"model": '],
  ])(
    '"In any case where the body cannot be understood as JSON, it will be made available to your templates as a Python str": %s',
    async (_what, type, body) => {
      const webhook = await createWebhook({ template: seen('body is string and body') });
      expect(
        (await eventOf(await fetch(webhook.url, { method: 'POST', body, headers: { 'content-type': type } })))
          .event,
      ).toBe(body);
    },
  );
});

describe('Accepting Prefect events directly', () => {
  it('"This allows a POST of a partial Prefect event"', async () => {
    const webhook = await createWebhook({ template: '{{ body|tojson }}' });
    const answer = await fetch(
      webhook.url,
      json({ event: 'model.refreshed', resource: staticResource, unknown: 'key' }),
    );
    expect(answer.status).toBe(204);
    const event = await eventOf(answer);
    expect(event).toMatchObject({ event: 'model.refreshed', resource: staticResource });
    expect(event).not.toHaveProperty('unknown');
    // "The resulting event will be filled out with the default values for occurred, id, and other fields"
    expect(event).toMatchObject({ occurred: (await executionOf(answer)).received, id: expect.any(String) });
  });
});

describe('Accepting CloudEvents', () => {
  const cloudEvent = {
    specversion: '1.0',
    id: 'A234-1234-1234',
    source: '/mycontext',
    type: 'com.example.someevent',
    time: '2018-04-05T17:31:00Z',
    datacontenttype: 'application/json',
    data: { much: 'wow' },
  };

  it.each([
    ['subject as the resource', { subject: 'larger-context' }, 'larger-context'],
    ['source if no subject is available', {}, '/mycontext'],
  ])(
    '"The resulting event will use the CloudEvent\'s subject as the resource (or the source...)": %s',
    async (_what, change, resource) => {
      const webhook = await createWebhook({ template: '{{ body|from_cloud_event(headers) }}' });
      const answer = await fetch(webhook.url, {
        method: 'POST',
        body: JSON.stringify({ ...cloudEvent, id: `${Math.random()}`, ...change }),
        headers: { 'content-type': 'application/cloudevents+json' },
      });
      expect(answer.status).toBe(204);
      expect(await eventOf(answer)).toMatchObject({
        event: 'com.example.someevent',
        occurred: '2018-04-05T17:31:00Z',
        resource: { 'prefect.resource.id': resource },
        payload: {
          data: { much: 'wow' },
          cloudevents: { type: 'com.example.someevent', source: '/mycontext', specversion: '1.0' },
        },
      });
    },
  );

  it('"use a dynamic template to interpret the incoming body"', async () => {
    const webhook = await createWebhook({
      template: '{"event": "{{ body.type }}", "resource": {"prefect.resource.id": "{{ body.data.much }}"}}',
    });
    const answer = await fetch(webhook.url, json({ ...cloudEvent, id: `${Math.random()}` }));
    expect(await eventOf(answer)).toMatchObject({
      event: 'com.example.someevent',
      resource: { 'prefect.resource.id': 'wow' },
    });
  });

  it('takes the binary mode too, with the same result', async () => {
    const webhook = await createWebhook({ template: '{{ body|from_cloud_event(headers) }}' });
    const answer = await fetch(webhook.url, {
      method: 'POST',
      body: JSON.stringify(cloudEvent.data),
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': `${Math.random()}`,
        'ce-source': '/mycontext',
        'ce-subject': 'larger-context',
        'ce-type': 'com.example.someevent',
      },
    });
    expect(await eventOf(answer)).toMatchObject({
      event: 'com.example.someevent',
      resource: { 'prefect.resource.id': 'larger-context' },
      payload: { data: { much: 'wow' } },
    });
  });
});

describe('Troubleshooting', () => {
  it.each([
    ['a template that does not render', '{{ body.missing.deeper() }}', null],
    ['a result that is no JSON', 'not json {{ method }}', 'not json POST'],
    ['a result that is no object', '[1]', '[1]'],
    ['a result that is no event', '{"event": "no resource"}', '{"event": "no resource"}'],
  ])(
    '"it will produce a prefect-cloud.webhook.failed event ... as well as what the template rendered": %s',
    async (_what, template, rendered) => {
      const webhook = await createWebhook({ template });
      const answer = await fetch(webhook.url, {
        method: 'POST',
        body: 'some text',
        headers: { 'content-type': 'text/plain', authorization: 'Bearer hunter2', 'x-custom': 'yes' },
      });
      expect(answer.status).toBe(400);
      const events = await eventsOf(answer);
      expect(events).toMatchObject([
        {
          event: 'prefect-cloud.webhook.failed',
          resource: { 'prefect.resource.id': `prefect-cloud.webhook.${webhook.id}` },
          payload: {
            method: 'POST',
            body: 'some text',
            headers: { 'x-custom': 'yes' },
            rendered,
            error: expect.stringMatching(/\S/),
          },
        },
      ]);
      expect(JSON.stringify(events)).not.toContain('hunter2');
      expect(await executionOf(answer)).toMatchObject({
        outcome: 'failed',
        error: { message: expect.stringMatching(/\S/) },
      });
    },
  );
});
