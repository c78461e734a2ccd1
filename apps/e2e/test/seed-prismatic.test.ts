/**
 * What Prismatic's document on webhook triggers promises about receiving, authenticating and answering, sentence by sentence,
 * kept by options of a webhook. Each test is named after the sentence it quotes.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { api, createWebhook, eventOf, eventsOf, executionOf } from '../src/client.ts';
import { withWorker } from '../src/worker.ts';

const receipt = { response: { mode: 'receipt' } } as const;
const sync = { response: { mode: 'sync', timeout_ms: 30_000 } } as const;
const json = { 'content-type': 'application/json' };

/** A template whose event is named after an expression: what the expression saw is the event's name. */
const seen = (expression: string) =>
  `{"event": {{ (${expression})|string|tojson }}, "resource": {"prefect.resource.id": "seen"}}`;
const template = '{"event": "called", "resource": {"prefect.resource.id": "thing"}}';
const about = (resourceId: string) =>
  `{"event": "called", "resource": {"prefect.resource.id": "${resourceId}"}}`;

describe('Webhook triggers', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'GET'])(
    '"by making an HTTP POST, PUT, PATCH, DELETE or GET request to the webhook\'s URL": %s',
    async (method) => {
      const webhook = await createWebhook({ template, ...receipt });
      const answer = await fetch(webhook.url, { method });
      expect(answer.status).toBe(200);
      expect((await eventOf(answer)).event).toBe('called');
    },
  );

  it('"some applications send a GET request ... to verify that the webhook endpoint is ready to receive requests"', async () => {
    const webhook = await createWebhook({ template, ...receipt, filter: "method != 'GET'" });
    const answer = await fetch(webhook.url);
    expect(answer.status).toBe(200);
    expect(await executionOf(answer)).toMatchObject({ outcome: 'ignored', cause: 'filter', events: [] });
  });

  it('"third-party software could invoke an instance with a JSON payload"', async () => {
    const webhook = await createWebhook({ template: seen("body.renderId ~ ' ' ~ body.status"), ...receipt });
    const body = '{"renderId":51266,"s3Bucket":"test-customer-renders","status":"complete"}';
    const answer = await fetch(webhook.url, { method: 'POST', body, headers: json });
    expect((await eventOf(answer)).event).toBe('51266 complete');
  });
});

describe('Webhook trigger responses', () => {
  it('"provide an HTTP code 200 (OK) response ... The response body contains an execution ID, which can be used later"', async () => {
    const webhook = await createWebhook({ template, ...receipt });
    const answer = await fetch(webhook.url, { method: 'POST', body: '{}', headers: json });
    expect(answer.status).toBe(200);
    const { executionId } = (await answer.json()) as { executionId: string };
    expect(executionId).toBe(answer.headers.get('x-execution-id'));
    expect(await executionOf(answer)).toMatchObject({ id: executionId, outcome: 'emitted' });
  });

  it('"You can customize the response by ... selecting a different HTTP code, response body, or response content type": the XML challenge', async () => {
    const webhook = await createWebhook({
      template,
      parse_xml: true,
      response: {
        mode: 'custom',
        status: 200,
        content_type: 'text/plain',
        body: '{{ body.notification.challenge }}',
      },
    });
    const answer = await fetch(webhook.url, {
      method: 'POST',
      body: '<notification><challenge>c0ffee</challenge></notification>',
      headers: { 'content-type': 'application/xml' },
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain']);
    expect(await answer.text()).toBe('c0ffee');
  });
});

describe('Other webhook trigger responses', () => {
  it('"your HTTP client sends a request and waits for the integration to finish running"', async () => {
    const resource = randomUUID();
    const webhook = await createWebhook({ template: about(resource), ...sync });
    const answer = await withWorker(
      resource,
      async (_event, { reply }) => {
        await reply({ content_type: 'application/json', body: '{"item":"Widgets","quantity":5}' });
      },
      () => fetch(webhook.url, { method: 'POST', body: '{}', headers: json }),
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ item: 'Widgets', quantity: 5 });
  });

  it('"HTTP 303 redirect, redirecting your HTTP client to an object ... that contains the results"', async () => {
    const resource = randomUUID();
    const webhook = await createWebhook({ template: about(resource), ...sync });
    const large = JSON.stringify({ item: 'x'.repeat(300_000) });
    const answer = await withWorker(
      resource,
      async (_event, { reply }) => void (await reply({ content_type: 'application/json', body: large })),
      () => fetch(webhook.url, { method: 'POST', body: '{}', headers: json, redirect: 'manual' }),
    );
    expect([answer.status, answer.headers.get('content-length')]).toEqual([303, '0']);
    await executionOf(answer);
    // "curl will be redirected ..., but will attempt to make a POST request", which the URL is not signed for.
    expect((await fetch(answer.headers.get('location')!, { method: 'POST' })).status).toBe(401);
    const stored = await fetch(answer.headers.get('location')!);
    expect([stored.status, await stored.text()]).toEqual([200, large]);
  });

  it('"if your request was malformed (for example ... the data you sent wasn\'t valid JSON)": 400', async () => {
    const webhook = await createWebhook({ template, ...receipt });
    const answer = await fetch(webhook.url, { method: 'POST', body: '{bad-data', headers: json });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.text()).toBe('{"error":"Received malformed JSON payload."}');
    expect(await executionOf(answer)).toMatchObject({ outcome: 'rejected', cause: 'malformed_json' });
  });

  it('"stops because an error is thrown, your request will receive an HTTP 400 response with the error that was thrown"', async () => {
    const resource = randomUUID();
    const webhook = await createWebhook({ template: about(resource), ...sync });
    const answer = await withWorker(
      resource,
      () => {
        throw new Error('The widget requested is not in the database');
      },
      () => fetch(webhook.url, { method: 'POST', body: '{}', headers: json }),
    );
    expect(answer.status).toBe(400);
    expect(await answer.text()).toBe('{"error":"The widget requested is not in the database"}');
  });

  it('"A webhook endpoint URL can be invoked up to 50 times per second ... the request will receive a 429"', async () => {
    const webhook = await createWebhook({ template, ...receipt, limits: { concurrency: null } });
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => fetch(webhook.url, { method: 'POST', body: '{}', headers: json })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
    expect(await refused[0]!.text()).toBe(
      `{"error":"Endpoint with id: ${webhook.slug} has exceeded maximum allowed throughput of 50 requests/second. Please throttle your requests."}`,
    );
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused[0]!.headers.get('ratelimit-policy')).toContain('q=50;w=1');
  });
});

describe('Webhook endpoint configuration', () => {
  it('"Each flow on each instance gets its own unique endpoint. This is the default configuration"', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => createWebhook({ template })));
    expect(one!.url).not.toBe(other!.url);
    expect((await executionOf(await fetch(other!.url))).webhook_id).toBe(other!.id);
  });

  it('"Shared: ... Data in the header or payload determines which customer and flow should run"', async () => {
    const customer = (name: string) => ({
      when: `headers['x-customer'] == '${name}'`,
      template: `{"event": "${name}.called", "resource": {"prefect.resource.id": "${name}"}}`,
    });
    const webhook = await createWebhook({ template, routes: [customer('acme'), customer('umbrella')] });
    const call = async (name: string): Promise<string> =>
      (await eventOf(await fetch(webhook.url, { headers: { 'x-customer': name } }))).event;
    expect(await Promise.all(['umbrella', 'acme', 'nobody'].map(call))).toEqual([
      'umbrella.called',
      'acme.called',
      'called',
    ]);
  });
});

describe('Sending data to webhook triggers', () => {
  it('"A webhook parses data from": body, headers, URL path, URL parameters', async () => {
    const webhook = await createWebhook({
      template: seen(
        "[body['Payload Key 1'], body['Do Thing?'], headers['HEADER-ONE'], path.split('/'), query['param-one']]|tojson",
      ),
    });
    const answer = await fetch(
      `${webhook.url}/my/custom/path?param-one=ParamValueOne&param-two=ParamValueTwo`,
      {
        method: 'POST',
        headers: { ...json, 'header-one': 'First header value', 'header-two': 'Second header value' },
        body: '{"Payload Key 1":"Payload Value 1","Do Thing?":true,"quantity":123}',
      },
    );
    expect(JSON.parse((await eventOf(answer)).event)).toEqual([
      'Payload Value 1',
      true,
      'First header value',
      ['my', 'custom', 'path'],
      'ParamValueOne',
    ]);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])(
    '"If you need to send data with your request, use the POST, PUT, DELETE or PATCH verbs": %s',
    async (method) => {
      const webhook = await createWebhook({ template: seen('body.a'), ...receipt });
      const answer = await fetch(webhook.url, { method, headers: json, body: '{"a": "sent"}' });
      expect((await eventOf(answer)).event).toBe('sent');
    },
  );

  it('"if you have an image, my-image.png": bytes arrive as they are', async () => {
    const webhook = await createWebhook({ template: seen("body_encoding ~ ' ' ~ body"), ...receipt });
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0xff]);
    const answer = await fetch(webhook.url, {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': 'image/png' },
    });
    expect((await eventOf(answer)).event).toBe(`base64 ${bytes.toString('base64')}`);
  });

  it('"The first name in this example is accessible ... and the avatar image": person and photo by multipart', async () => {
    const webhook = await createWebhook({
      template: seen(
        '[body.person.firstname, body.photo.filename, body.photo.content_type, body.photo.data]|tojson',
      ),
      ...receipt,
    });
    const photo = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
    // As curl's --form sends it: a field with a type, and a file.
    const body = Buffer.concat([
      Buffer.from(
        '--b\r\nContent-Disposition: form-data; name="person"\r\nContent-Type: application/json\r\n\r\n',
      ),
      Buffer.from('{"firstname":"Taylor","lastname":"Reece"}\r\n--b\r\n'),
      Buffer.from(
        'Content-Disposition: form-data; name="photo"; filename="taylor.png"\r\nContent-Type: image/png\r\n\r\n',
      ),
      photo,
      Buffer.from('\r\n--b--\r\n'),
    ]);
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const answer = await fetch(webhook.url, { method: 'POST', body, headers });
    expect(JSON.parse((await eventOf(answer)).event)).toEqual([
      'Taylor',
      'taylor.png',
      'image/png',
      photo.toString('base64'),
    ]);
  });
});

describe('Accessing webhook URLs in an integration', () => {
  it('"An integration is aware of its own webhook URLs"', async () => {
    const webhook = await createWebhook({ template: seen('webhook.url') });
    expect((await eventOf(await fetch(webhook.url))).event).toBe(webhook.url);
  });

  it('"An instance\'s flow can have multiple API keys assigned to it"', async () => {
    const webhook = await createWebhook({
      template,
      ...receipt,
      authentication: [{ type: 'api_key', in: 'header', name: 'Api-Key', keys: ['first-key', 'second-key'] }],
    });
    const call = (key?: string) =>
      fetch(webhook.url, { headers: key === undefined ? {} : { 'api-key': key } });
    const answers = [
      await call('first-key'),
      await call('second-key'),
      await call('third-key'),
      await call(),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 401]);
    const [event] = await eventsOf(answers[0]!);
    const shown = await (await api('GET', `/webhooks/${webhook.id}`)).text();
    const execution = JSON.stringify(await executionOf(answers[2]!));
    for (const text of [JSON.stringify(event), shown, execution])
      expect(text).not.toMatch(/(first|second|third)-key/);
  });
});
