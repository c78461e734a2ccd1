import { describe, expect, it } from '@jest/globals';
import type { CapturedRequest } from '@tributary/event-schemas';
import { createThrottle } from '@tributary/templating';
import { MINIMAL, runExecution } from '../test/run-execution.ts';
import { replyOf } from './records.ts';

const json: Partial<CapturedRequest> = { headers: [['Content-Type', 'application/json']] };
const github = (event: string): Partial<CapturedRequest> => ({
  headers: [
    ['Content-Type', 'application/json'],
    ['X-GitHub-Event', event],
    ['X-GitHub-Delivery', '72d3162e'],
  ],
});
const named = (event: string): string => MINIMAL.replace('"x"', `"${event}"`);

describe('a template', () => {
  it('without an expression or a statement is its result, comments and all', () => {
    expect(runExecution({ template: `${MINIMAL}\n` })).toMatchObject({ rendered: `${MINIMAL}\n` });
    const commented = runExecution({ template: `{# why #}${MINIMAL}` });
    expect(commented).toMatchObject({ rendered: `{# why #}${MINIMAL}`, outcome: { outcome: 'failed' } });
  });

  const hostile = 'say "hi", "admin": true \\ \n';
  const body = JSON.stringify({
    text: hostile,
    list: [1, { a: null }],
    big: 12345678901234567890n.toString(),
  });
  const template =
    '{"event": "{{ body.text }}", "resource": {"prefect.resource.id": "y"}, "payload": {"list": {{ body.list }}, "f": {{ 1.0 }}}}';

  it('in mode json can neither be broken nor injected into', () => {
    const { first, events } = runExecution({ template, template_mode: 'json' }, { body, request: json });
    expect(first.event).toBe(hostile);
    expect(first.payload).toEqual({ list: [1, { a: null }], f: 1 });
    expect(events[0]!.json).toContain('"f":1.0');
  });

  it('in mode jinja2 is what Jinja2 makes of it', () => {
    expect(runExecution({ template }, { body, request: json }).outcome.outcome).toBe('failed');
  });

  it('in mode json may be without an expression, with comments', () => {
    const { outcome } = runExecution({ template: `{# why #}${MINIMAL}`, template_mode: 'json' });
    expect(outcome.outcome).toBe('emitted');
  });

  it('sees XML parsed where the webhook asks for it', () => {
    const request: Partial<CapturedRequest> = { headers: [['content-type', 'text/xml']] };
    const xml = '<notification><challenge>abc</challenge></notification>';
    const asking = named('{{ body.notification.challenge }}');
    expect(runExecution({ template: asking, parse_xml: true }, { body: xml, request }).first.event).toBe(
      'abc',
    );
    expect(runExecution({ template: asking }, { body: xml, request }).first.event).toBe('');
  });

  it('makes of a CloudEvent an event whose id is one of its workspace', () => {
    const cloudEvent = JSON.stringify({ specversion: '1.0', id: '1', type: 't', source: '/s' });
    const id = (workspace: string) =>
      runExecution(
        { template: '{{ body|from_cloud_event(headers) }}' },
        { body: cloudEvent, request: { ...json, workspace } },
      ).first.id as string;
    const [a, b] = ['00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000c'] as const;
    expect(id(a)).toBe(id(a));
    expect(id(a)).not.toBe(id(b));
  });
});

describe('a filter', () => {
  it.each([
    ["body.action == 'opened'", 'emitted', null],
    ["body.action == 'closed'", 'ignored', 'filter'],
    ['body.missing', 'ignored', 'filter'],
    ['body.missing.deeper', 'ignored', 'filter'],
    ['body.list', 'ignored', 'filter'],
    ["headers['x-github-event'] in ['push', 'ping']", 'emitted', null],
    ["'true'", 'emitted', null],
  ])('%s: %s', (filter, outcome, cause) => {
    const execution = runExecution(
      { filter },
      { body: '{"action": "opened", "list": []}', request: github('push') },
    );
    expect(execution.outcome).toMatchObject({ outcome, cause, error: null });
    expect(execution.events).toHaveLength(outcome === 'emitted' ? 1 : 0);
  });

  it.each([
    ['1 / 0', 'ZeroDivisionError', 1],
    ['body.a and\n body.b|unheard_of', 'unheard_of', 2],
    ['{{ body }}', 'Error', 1],
  ])('%j: failed, with line and column', (filter, message, line) => {
    const { outcome, first } = runExecution({ filter });
    expect(outcome).toMatchObject({
      outcome: 'failed',
      cause: null,
      error: { message: expect.stringContaining(message), pointer: '/filter', line },
    });
    expect(outcome.error!.column).toBeGreaterThan(0);
    expect(first.event).toBe('prefect-cloud.webhook.failed');
  });
});

describe('routes', () => {
  const routes = [
    { when: "headers['x-github-event'] == 'push'", template: named('pushed') },
    { when: 'body.n > 1', template: named('many-{{ body.n }}') },
    { when: "headers['x-github-event'] == 'push' or body.n", template: named('never before the first') },
  ];
  it.each([
    ['push', '{"n": 5}', 'pushed'],
    ['ping', '{"n": 5}', 'many-5'],
    ['ping', '{"n": 1}', 'never before the first'],
    ['ping', '{"n": 0}', 'x'],
  ])('%s %s: the first whose condition holds, else the template', (event, body, expected) => {
    expect(runExecution({ routes }, { body, request: github(event) }).first.event).toBe(expected);
  });

  it.each([
    [{ when: 'body.n + {}', template: MINIMAL }, '/routes/1/when'],
    [{ when: 'true', template: '{{ 1 / 0 }}' }, '/routes/1/template'],
    [{ when: 'true', template: '{% if %}' }, '/routes/1/template'],
  ])('%j: an error says where', (route, pointer) => {
    const execution = runExecution(
      { routes: [{ when: 'false', template: 'x' }, route] },
      { body: '{"n": 1}', request: json },
    );
    expect(execution.outcome).toMatchObject({ outcome: 'failed', error: { pointer, line: 1 } });
    expect(execution.outcome.error!.message).toMatch(new RegExp(`^${pointer}: `));
  });

  it('takes the JSON mode for all templates', () => {
    const { first } = runExecution(
      { template_mode: 'json', routes: [{ when: 'true', template: named('{{ body.t }}') }] },
      { body: '{"t": "\\""}', request: json },
    );
    expect(first.event).toBe('"');
  });
});

describe('a schema', () => {
  const taskInput = {
    type: 'object',
    properties: { data: { type: 'object' }, priority: { type: 'integer', default: 0 } },
    required: ['data'],
    additionalProperties: false,
  };
  it.each([
    ['{"data": {}}', undefined],
    ['{"data": {}, "priority": 1.0}', undefined],
    ['{}', '/data'],
    ['{"data": 1}', '/data'],
    ['{"data": {}, "priority": "high"}', '/priority'],
    ['{"data": {}, "a/b~c": 1}', '/a~1b~0c'],
    ['[]', ''],
    ['no json', ''],
    ['', ''],
  ])('%s: the pointer to the fault is %j', (body, pointer) => {
    const { outcome, events } = runExecution({ schema: taskInput }, { body, request: json });
    if (pointer === undefined) expect(outcome.outcome).toBe('emitted');
    else {
      expect(outcome).toMatchObject({ outcome: 'rejected', cause: 'schema', error: { pointer } });
      expect(events).toEqual([]);
    }
  });

  const draft2020 = 'https://json-schema.org/draft/2020-12/schema';
  const draft7 = 'http://json-schema.org/draft-07/schema#';
  it.each([
    [{ $schema: draft2020, prefixItems: [{ const: 1 }], items: false }, '[1]', '[1, 2]'],
    [{ $schema: draft7, items: [{ const: 1 }], additionalItems: false }, '[1]', '[1, 2]'],
    [{ unevaluatedProperties: false, properties: { a: true } }, '{"a": 1}', '{"b": 1}'],
    [{ $defs: { n: { type: 'number' } }, items: { $ref: '#/$defs/n' } }, '[1]', '["1"]'],
    [{ type: 'object', properties: { id: { pattern: '^[a-z]+$' } } }, '{"id": "a"}', '{"id": "1"}'],
    [{ if: { type: 'string' }, then: { minLength: 2 } }, '"ab"', '"a"'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'null', '1'],
    [{ format: 'email', type: 'string' }, '"formats are annotations"', '1'],
    [true, '1', undefined],
    [false, undefined, '1'],
  ])('%j', (schema, good, bad) => {
    const outcomeOf = (body: string) => runExecution({ schema }, { body, request: json }).outcome;
    if (good !== undefined) expect(outcomeOf(good)).toMatchObject({ outcome: 'emitted' });
    if (bad !== undefined) expect(outcomeOf(bad)).toMatchObject({ outcome: 'rejected', cause: 'schema' });
  });

  it.each([
    ['{"a": 1e999}', 'must be <= 10', '/a'],
    ['{"a": 12345678901234567890}', 'must be <= 10', '/a'],
    ['{"__proto__": {"a": 1}}', "must have required property 'a'", '/a'],
    ['{"a": 1, "\\u0000": 1}', 'must be string', '/\0'],
  ])('tells of %j what JSON says', (body, message, pointer) => {
    const schema = {
      required: ['a'],
      properties: { a: { maximum: 10 }, '\0': { type: 'string' } },
    };
    const { outcome } = runExecution({ schema }, { body, request: json });
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      cause: 'schema',
      error: { pointer, message: expect.stringContaining(message) },
    });
  });

  it('says so when the body is not what its type says', () => {
    const { outcome } = runExecution({ schema: { type: 'object' } }, { body: '{"a": ', request: json });
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      error: {
        pointer: '',
        message: expect.stringMatching(/must be object\. .* not the JSON that its type says/),
      },
    });
  });

  it('checks what a form or a form of parts became', () => {
    const request: Partial<CapturedRequest> = {
      headers: [['content-type', 'application/x-www-form-urlencoded']],
    };
    const schema = { required: ['model'], properties: { model: { minLength: 2 } } };
    const outcomeOf = (body: string) => runExecution({ schema }, { body, request }).outcome;
    expect(outcomeOf('model=ab').outcome).toBe('emitted');
    expect(outcomeOf('model=a').error).toMatchObject({ pointer: '/model' });
  });

  it('that cannot be used, or takes too long, is a failure', () => {
    const elsewhere = runExecution(
      { schema: { $ref: 'https://example.com/schema' } },
      { body: '{}', request: json },
    );
    expect(elsewhere.outcome).toMatchObject({ outcome: 'failed', error: { pointer: '/schema' } });
    const endless = runExecution(
      { schema: { pattern: '^(a+)+$' } },
      { body: JSON.stringify(`${'a'.repeat(60)}b`), request: json },
    );
    expect(endless.outcome).toMatchObject({
      outcome: 'failed',
      error: { pointer: '/schema', message: expect.stringContaining('more than 50 ms') },
    });
  });
});

describe('deduplication', () => {
  const deduplication = { key: "headers['x-github-delivery']" };
  const executionId = '018f4b5e-0000-7000-8000-000000000001';
  const seen = { '72d3162e': { executionId, response: null, answeredByConsumer: false } };

  it('takes the key of what was emitted', () => {
    expect(runExecution({ deduplication }, { request: github('push') }).key).toBe('72d3162e');
    expect(runExecution({ deduplication: { key: '[1, none]' } }).key).toBe('[1,null]');
    expect(runExecution({ deduplication, template: '[]' }, { request: github('push') }).key).toBe('72d3162e');
  });

  it('ignores the second call, and names the first', () => {
    expect(runExecution({ deduplication }, { request: github('push'), seen })).toMatchObject({
      outcome: {
        outcome: 'ignored',
        cause: 'duplicate',
        duplicate_of: seen['72d3162e'].executionId,
        events: [],
      },
      events: [],
      key: null,
    });
  });

  it.each([
    ['sync', true, undefined, { duplicate_of: executionId }],
    ['sync', false, { status: 204 }, {}],
    ['quiet', true, { status: 204 }, {}],
  ] as const)(
    'of a first call in %s, answered by a consumer: %s, tells its caller whose answer it gets',
    (mode, answeredByConsumer, response, told) => {
      const { outcome, response: own } = runExecution(
        { deduplication: { key: "'a'" } },
        {
          request: { response_mode: mode, reply_partition: 1 },
          seen: { a: { executionId, response: null, answeredByConsumer } },
        },
      );
      expect([outcome.response, own]).toEqual([response, null]);
      const { execution_id } = outcome;
      expect(replyOf(outcome, own)).toEqual({
        execution_id,
        outcome: 'ignored',
        cause: 'duplicate',
        error: null,
        ...told,
      });
    },
  );

  it.each([
    ['a missing key', {}, {}],
    ['a null key', { deduplication: { key: 'none' } }, { request: github('push') }],
    ['what the filter ignores', { filter: 'false' }, { request: github('push') }],
    ['what the schema refuses', { schema: false }, { request: github('push') }],
    ['what failed, so that it may be tried again', { template: '{{ 1 / 0 }}' }, { request: github('push') }],
    ['a replay', {}, { request: { ...github('push'), replay_of: seen['72d3162e'].executionId } }],
  ])('takes no key of %s', (_what, changes, options) => {
    expect(runExecution({ deduplication, ...changes }, options).key).toBeNull();
  });

  it('is no matter for a replay', () => {
    const request = { ...github('push'), replay_of: seen['72d3162e'].executionId };
    expect(runExecution({ deduplication }, { request, seen }).outcome.outcome).toBe('emitted');
  });

  it('fails with the place of an error in its key', () => {
    expect(runExecution({ deduplication: { key: 'body|nothing_of_the_kind' } }).outcome).toMatchObject({
      outcome: 'failed',
      error: { pointer: '/deduplication/key', line: 1, column: expect.any(Number) },
    });
  });
});

it('a webhook that keeps running into limits waits, and its neighbours do not', () => {
  let clock = 0;
  const throttle = createThrottle({ now: () => clock, timer: () => (clock += 6) });
  const endless =
    '{% for a in range(100) %}{% for b in range(100) %}{{ "x" * 9999 }}{% endfor %}{% endfor %}';
  const errors = Array.from(
    { length: 4 },
    () => runExecution({ template: endless }, { throttle }).outcome.error!,
  );
  expect(errors[0]!.message).not.toContain('tried again');
  expect(errors.at(-1)!.message).toContain('tried again in');
  const neighbour = { id: '6a3c2f66-1111-4222-8333-444455556666', template: named('{{ 1 }}') };
  expect(runExecution(neighbour, { throttle }).outcome.outcome).toBe('emitted');
});

it('names the steps that were taken', () => {
  const { outcome } = runExecution(
    {
      filter: 'true',
      schema: true,
      routes: [{ when: 'false', template: 'x' }],
      deduplication: { key: '1' },
      response: { mode: 'custom' },
    },
    { request: { reply_partition: 0, response_mode: 'custom' } },
  );
  expect(outcome.steps.map(({ name }) => name)).toEqual([
    'parse',
    'filter',
    'schema',
    'deduplicate',
    'route 0',
    'render',
    'validate',
    'respond',
  ]);
});
