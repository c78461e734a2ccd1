import { describe, expect, it } from '@jest/globals';
import { parseBody } from '@tributary/body-parsing';
import type { CapturedRequest } from '@tributary/event-schemas';
import { createThrottle } from '@tributary/templating';
import { aCapturedRequest } from '../test/captured.ts';
import {
  aRenderedWebhook,
  environment,
  MINIMAL,
  minimal,
  runExecution,
  WEBHOOK_ID,
} from '../test/run-execution.ts';
import { prepareWebhook } from './prepared-webhook.ts';
import { renderExecution } from './render-execution.ts';

const webhook = { id: WEBHOOK_ID };
const related = {
  'prefect.resource.id': `prefect-cloud.webhook.${webhook.id}`,
  'prefect.resource.name': 'models',
  'prefect.resource.role': 'webhook',
};

const run = (template: string, body: string | Buffer = '', request: Partial<CapturedRequest> = {}) =>
  runExecution({ template }, { body, request });

describe('the examples of the seed document', () => {
  it('a static template', () => {
    const { outcome, first, events } = run(
      `{
    "event": "model.refreshed",
    "resource": {
        "prefect.resource.id": "product.models.recommendations",
        "prefect.resource.name": "Recommendations [Products]",
        "producing-team": "Data Science"
    }
}`,
      '',
      { method: 'GET', headers: [] },
    );
    expect(outcome.outcome).toBe('emitted');
    expect(events).toHaveLength(1);
    expect(first).toMatchObject({
      event: 'model.refreshed',
      resource: {
        'prefect.resource.id': 'product.models.recommendations',
        'prefect.resource.name': 'Recommendations [Products]',
        'producing-team': 'Data Science',
      },
      payload: { method: 'GET', headers: {}, body: '' },
    });
  });

  const DYNAMIC = `{
    "event": "model.refreshed",
    "resource": {
        "prefect.resource.id": "product.models.{{ body.model }}",
        "prefect.resource.name": "{{ body.friendly_name|default(body.model) }}",
        "producing-team": "Data Science"
    }
}`;
  const form: Partial<CapturedRequest> = { headers: [['content-type', 'application/x-www-form-urlencoded']] };

  it('a dynamic template with a form', () => {
    const body = 'model=recommendations&friendly_name=Recommendations%20[Products]';
    const { first } = run(DYNAMIC, body, form);
    expect(first.resource['prefect.resource.id']).toBe('product.models.recommendations');
    expect(first.resource['prefect.resource.name']).toBe('Recommendations [Products]');
    expect(first.payload.body).toBe(body);
  });

  it('default compensates for a missing value', () => {
    expect(run(DYNAMIC, 'model=recommendations', form).first.resource['prefect.resource.name']).toBe(
      'recommendations',
    );
  });

  it('header names in any case', () => {
    const template = `{"event": "x", "resource": {"prefect.resource.id": "{{ headers['Content-Length'] }},{{ headers['content-length'] }},{{ headers['CoNtEnt-LeNgTh'] }},{{ headers.get('X-None', 'none') }}"}}`;
    const { first } = run(template, '', { headers: [['Content-length', '42']] });
    expect(first.resource['prefect.resource.id']).toBe('42,42,42,none');
  });

  it('pass-through, numbers kept to the digit', () => {
    const body = `{"event":"x","resource":{"prefect.resource.id":"y"},"payload":{"f":1.0,"big":12345678901234567890},"unknown":1}`;
    const { first, events } = run('{{ body|tojson }}', body);
    expect(events[0]!.json).toContain('"payload":{"big":12345678901234567890,"f":1.0}');
    expect(first).not.toHaveProperty('unknown');
  });

  it('a CloudEvent', () => {
    const body = JSON.stringify({
      specversion: '1.0',
      id: 'A234-1234-1234',
      type: 'com.example.someevent',
      source: '/mycontext',
      subject: 'larger-context',
      time: '2018-04-05T17:31:00Z',
      data: { appinfoA: 'abc' },
    });
    const { first } = run('{{ body|from_cloud_event(headers) }}', body, {
      headers: [['content-type', 'application/cloudevents+json']],
    });
    expect(first.resource['prefect.resource.id']).toBe('larger-context');
    expect(first.payload.data).toEqual({ appinfoA: 'abc' });
    expect(first.payload.cloudevents).toMatchObject({ type: 'com.example.someevent', source: '/mycontext' });
  });

  it('text that looks like JSON, and text that does not', () => {
    const template = `{"event": "{{ body.a is defined }}", "resource": {"prefect.resource.id": {{ body|string|tojson }}}}`;
    const headers: Partial<CapturedRequest> = { headers: [['content-type', 'text/plain']] };
    expect(run(template, '{"a": 1}', headers).first).toMatchObject({ event: 'True' });
    expect(run(template, 'say "hello"', headers).first.resource['prefect.resource.id']).toBe('say "hello"');
  });
});

describe('a failure tells what was wrong with the body', () => {
  it.each<[type: string, body: string | Buffer, hint: string | undefined]>([
    ['application/json', '{"a": ', 'not the JSON'],
    ['multipart/form-data; boundary=b', '--b\r\n', 'not the multipart form'],
    ['application/xml', '<a>', 'not the XML'],
    ['application/x-www-form-urlencoded', 'a&'.repeat(20_000), 'more parts'],
    ['text/plain; charset=klingon', 'hello', 'charset of the body is unknown'],
    ['image/png', Buffer.from([0xff]), 'base64'],
    ['application/json', '{"a": 1}', undefined],
  ])('%s', (type, body, hint) => {
    const request = { headers: [['content-type', type]] } as Partial<CapturedRequest>;
    const changes = { template: '{{ body.missing.deeper() }}', parse_xml: true };
    const { outcome, first } = runExecution(changes, { body, request });
    const message = outcome.error?.message ?? '';
    expect(outcome.outcome).toBe('failed');
    expect(message).toMatch(hint === undefined ? /'missing'$/ : hint);
    expect(first.payload.error).toContain(message);
  });
});

describe('defaults', () => {
  it('fill in id, occurred, payload and the webhook', () => {
    const { first, request } = run(MINIMAL, '{"a": 1}');
    expect(first).toEqual({
      ...minimal,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
      occurred: request.received,
      received: request.received,
      account: request.account,
      workspace: request.workspace,
      follows: null,
      related: [related],
      payload: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a": 1}' },
    });
  });

  it('give the same ids when the execution is rendered again, and others to another', () => {
    const execution_id = '018f4b5e-0000-7000-8000-000000000001';
    const ids = () => run(`[${MINIMAL},${MINIMAL}]`, '', { execution_id }).outcome.events;
    expect(ids()).toEqual(ids());
    expect(new Set([...ids(), ...run(MINIMAL).outcome.events]).size).toBe(3);
  });

  it('leave what the template gives', () => {
    const given = {
      ...minimal,
      id: '11111111-2222-4333-8444-555555555555',
      occurred: '2020-01-01T00:00:00Z',
      follows: '21111111-2222-4333-8444-555555555555',
      related: [{ 'prefect.resource.id': 'z', 'prefect.resource.role': 'r' }],
      payload: {},
    };
    expect(run(JSON.stringify(given)).first).toMatchObject({
      ...given,
      related: [...given.related, related],
    });
  });

  it('keep credentials and what proxies add out of the payload, and Authorization out of the context', () => {
    const { first } = run(
      `{"event": "{{ headers.authorization }}{{ headers.get('AUTHORIZATION', '') }}{{ 'Authorization' in headers }}", "resource": {"prefect.resource.id": "y"}}`,
      '',
      {
        headers: [
          ['AUTHORIZATION', 'Bearer hunter2'],
          ['Cookie', 'hunter2'],
          ['X-Hub-Signature-256', 'hunter2'],
          ['x-api-key', 'hunter2'],
          ['x-forwarded-for', '1.1.1.1'],
          ['X-GitHub-Event', 'push'],
        ],
      },
    );
    expect(first.event).toBe('False');
    expect(first.payload.headers).toEqual({ 'x-github-event': 'push' });
    expect(JSON.stringify(first)).not.toContain('hunter2');
  });

  it('say when the body is no text', () => {
    expect(run(MINIMAL, Buffer.from([0xff, 0xfe, 0xfd])).first.payload).toMatchObject({
      body: '//79',
      body_encoding: 'base64',
    });
  });
});

describe('the context', () => {
  it.each([
    ['{{ method }}', 'POST'],
    ['{{ path }}', 'a/b c'],
    ['{{ query.q }} {{ query.r }}', '2 x y'],
    ['{{ raw_body }}', 'p=1&p=2'],
    ['{{ body.p }} {{ form.p|join("+") }}', '2 1+2'],
    ['{{ content_type }}', 'application/x-www-form-urlencoded; charset=utf-8'],
    ['{{ received }}', '2026-01-02T03:04:05.678000Z'],
    ['{{ execution_id }}', '018f4b5e-0000-7000-8000-000000000001'],
    ['{{ webhook.id }} {{ webhook.name }}', `${webhook.id} models`],
    ['{{ webhook.url }}', 'https://hooks.example/hooks/AERylZ_uewzpDx-8fcweHQ'],
    ['{{ webhook.items()|list|length }} {{ webhook }}', `2 {'id': '${webhook.id}', 'name': 'models'}`],
    ['{{ headers["x-a"] }}', '1, 2'],
    ['{{ body_encoding }}', 'None'],
  ])('%s', (expression, expected) => {
    const { first } = run(
      `{"event": {% filter tojson %}${expression}{% endfilter %}, "resource": {"prefect.resource.id": "y"}}`,
      'p=1&p=2',
      {
        execution_id: '018f4b5e-0000-7000-8000-000000000001',
        path: 'a/b c',
        query: 'q=1&q=2&r=x+y',
        headers: [
          ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
          ['X-A', '1'],
          ['x-a', '2'],
        ],
      },
    );
    expect(first.event).toBe(expected);
  });
});

describe('several events', () => {
  it('come from an array, each with the defaults', () => {
    const { outcome, events } = run(
      '[{% for m in body %}{"event": "x", "resource": {"prefect.resource.id": "{{ m }}"}}{% if not loop.last %},{% endif %}{% endfor %}]',
      '["a", "b"]',
    );
    expect(outcome).toMatchObject({ outcome: 'emitted', events: [events[0]!.event.id, events[1]!.event.id] });
    expect(events.map(({ event }) => event.resource['prefect.resource.id'])).toEqual(['a', 'b']);
    expect(events.every(({ event }) => event.related.length === 1)).toBe(true);
  });

  it('are none for an empty array: ignored', () => {
    expect(run('[]')).toMatchObject({
      outcome: { outcome: 'ignored', cause: 'empty', error: null, events: [] },
      events: [],
    });
  });

  it('are all or none', () => {
    const { outcome, events, first } = run(`[${MINIMAL},{"event":"x","resource":{}}]`);
    expect(outcome).toMatchObject({ outcome: 'failed', error: { pointer: '/1/resource' } });
    expect(events).toHaveLength(1);
    expect(first.event).toBe('prefect-cloud.webhook.failed');
  });
});

describe('a failure', () => {
  it('emits an event that tells what came, what rendered, and why it is wrong', () => {
    const { outcome, first, request } = run('{"event": "{{ body }}"', 'say "hi"', {
      headers: [
        ['Content-Type', 'text/plain'],
        ['Cookie', 'hunter2'],
      ],
    });
    expect(outcome).toMatchObject({ outcome: 'failed', cause: null, events: [first.id], webhook_version: 3 });
    expect(first).toEqual({
      id: first.id,
      event: 'prefect-cloud.webhook.failed',
      occurred: request.received,
      received: request.received,
      account: request.account,
      workspace: request.workspace,
      follows: null,
      resource: {
        'prefect.resource.id': `prefect-cloud.webhook.${webhook.id}`,
        'prefect.resource.name': 'models',
      },
      related: [],
      payload: {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: 'say "hi"',
        rendered: '{"event": "say "hi""',
        error: expect.stringContaining('what it rendered is not JSON'),
      },
    });
  });

  it('of a template has its line and column', () => {
    const { outcome, first } = run('{\n  "event": "{{ 1 / 0 }}"\n}');
    expect(outcome.error).toMatchObject({
      message: expect.stringContaining('ZeroDivisionError'),
      line: 2,
      pointer: null,
    });
    expect(outcome.error!.column).toBeGreaterThan(0);
    expect(first.payload.rendered).toBeNull();
    expect(first.payload.error).toMatch(/\(line 2, column \d+\)$/);
  });

  it('of a template that does not compile is the same kind of outcome', () => {
    expect(run('{{ nothing|unheard_of }}').outcome).toMatchObject({ outcome: 'failed', error: { line: 1 } });
  });

  it('is what a template over its limits ends in', () => {
    const endless =
      '{% for a in range(100) %}{% for b in range(100) %}{% for c in range(100) %}x{% endfor %}{% endfor %}{% endfor %}';
    expect(run(endless).outcome).toMatchObject({
      outcome: 'failed',
      error: { message: expect.stringContaining('LimitError') },
    });
  });

  it.each([
    ['{"resource": {"prefect.resource.id": "y"}}', '/event', 'event: Field required'],
    ['{"event": "x"}', '/resource', 'resource: Field required'],
    ['{"event": "x", "resource": {"prefect.resource.id": ""}}', '/resource', 'prefect.resource.id'],
    [
      '{"event": "x", "resource": {"prefect.resource.id": "y", "a/b~c": 1}}',
      '/resource/a~1b~0c',
      'valid string',
    ],
    [
      '{"event": "x", "resource": {"prefect.resource.id": "y"}, "occurred": "yesterday"}',
      '/occurred',
      'datetime',
    ],
    ['{"event": "x", "resource": {"prefect.resource.id": "y"}, "id": 1}', '/id', 'UUID'],
    ['{"event": "x", "resource": {"prefect.resource.id": "y"}, "related": {}}', '/related', 'list'],
    ['{"event": "x", "resource": {"prefect.resource.id": "y"}, "payload": []}', '/payload', 'dictionary'],
  ])('%s points at %s', (template, pointer, message) => {
    expect(run(template).outcome).toMatchObject({
      outcome: 'failed',
      error: { pointer, message: expect.stringContaining(message) },
    });
  });

  it('counts the webhook among the 100 related resources', () => {
    const one = { 'prefect.resource.id': 'z', 'prefect.resource.role': 'r' };
    const template = (count: number) => JSON.stringify({ ...minimal, related: Array(count).fill(one) });
    expect(run(template(99)).outcome.outcome).toBe('emitted');
    expect(run(template(100)).outcome.outcome).toBe('failed');
  });

  it('is an event over 1,500,000 bytes; body and rendered are cut at 64 KiB, and flagged', () => {
    const body = JSON.stringify({ ...minimal, payload: { text: 'é'.repeat(800_000) } });
    const { outcome, first } = run('{{ raw_body }}', body);
    expect(outcome).toMatchObject({
      outcome: 'failed',
      error: { message: expect.stringContaining('1500000') },
    });
    expect(first.payload).toMatchObject({ body_truncated: true, rendered_truncated: true });
    expect(Buffer.byteLength(first.payload.body)).toBeGreaterThan(65_530);
    expect(Buffer.byteLength(first.payload.body)).toBeLessThanOrEqual(65_536);
    expect(body.startsWith(first.payload.body)).toBe(true);
  });
});

it('makes no more of a request than 8 MiB of events', () => {
  const events = `[${Array(100).fill(MINIMAL).join()}]`;
  expect(run(events, 'x'.repeat(50_000)).outcome.outcome).toBe('emitted');
  expect(run(events, 'x'.repeat(100_000)).outcome).toMatchObject({
    outcome: 'failed',
    error: { message: expect.stringContaining('8388608') },
  });
});

describe('steps', () => {
  it('follow those of the ingress, in milliseconds', () => {
    const verify = { name: 'capture', started: '2026-01-02T03:04:05Z', duration_ms: 0.4 };
    expect(run(MINIMAL, '', { steps: [verify] }).outcome.steps).toEqual([
      verify,
      { name: 'parse', started: '2026-01-02T03:04:05.000Z', duration_ms: 0.25 },
      { name: 'render', started: '2026-01-02T03:04:05.000Z', duration_ms: 0.25 },
      { name: 'validate', started: '2026-01-02T03:04:05.001Z', duration_ms: 0.25 },
    ]);
  });

  it('end where the execution failed', () => {
    expect(run('{{ 1 / 0 }}').outcome.steps.map(({ name }) => name)).toEqual(['parse', 'render']);
  });
});

it('lets a fault of ours through: it is no fault of the template', () => {
  const request = aCapturedRequest();
  const body = () => parseBody({ contentType: undefined, bytes: Buffer.alloc(0) });
  const url = () => {
    throw new Error('no such key');
  };
  const prepared = prepareWebhook(environment, aRenderedWebhook({ template: '{{ webhook.url }}' }));
  const deps = { url, throttle: createThrottle(), now: () => 0 };
  expect(() => renderExecution({ request, body }, prepared, deps)).toThrow('no such key');
});
