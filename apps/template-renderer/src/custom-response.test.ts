import { describe, expect, it } from '@jest/globals';
import { outcomeStatus } from '@tributary/event-schemas';
import type { ActiveWebhookInput, CapturedRequest } from '@tributary/event-schemas';
import { MINIMAL, runExecution } from '../test/run-execution.ts';

const waits: Partial<CapturedRequest> = { reply_partition: 0, response_mode: 'custom' };

function respond(changes: Partial<ActiveWebhookInput>, body = '', request: Partial<CapturedRequest> = {}) {
  return runExecution(changes, { body, request: { ...waits, ...request } });
}

describe('a custom answer', () => {
  it('is rendered with the context of the template and the event', () => {
    const { response, outcome, first } = respond(
      {
        response: {
          mode: 'custom',
          status: 202,
          content_type: 'application/json',
          headers: { 'x-a': 'b' },
          body: '{"id": "{{ event.id }}", "resource": "{{ event.resource["prefect.resource.id"] }}", "n": {{ body.n }}, "of": "{{ event.payload.f }}"}',
        },
        template: MINIMAL.replace('}}', '}, "payload": {"f": 1.0}}'),
      },
      '{"n": 1}',
    );
    expect(response).toEqual({
      status: 202,
      content_type: 'application/json',
      headers: { 'x-a': 'b' },
      body: `{"id": "${first.id}", "resource": "y", "n": 1, "of": "1.0"}`,
    });
    expect(outcome.response).toEqual({ status: 202 });
  });

  it('echoes the challenge of the seed document', () => {
    const { response } = respond(
      {
        parse_xml: true,
        response: { mode: 'custom', content_type: 'text/plain', body: '{{ body.notification.challenge }}' },
      },
      '<notification><challenge>abc</challenge></notification>',
      { headers: [['content-type', 'text/xml']] },
    );
    expect(response).toMatchObject({ status: 200, content_type: 'text/plain', body: 'abc' });
  });

  const shows: Partial<ActiveWebhookInput> = { response: { mode: 'custom', body: '{{ event is defined }}' } };
  it.each([
    ['emitted', {}, 'True'],
    ['ignored by the filter', { filter: 'false' }, 'False'],
    ['empty', { template: '[]' }, 'False'],
  ])('has an event when there is one: %s', (_what, changes, body) => {
    expect(respond({ ...shows, ...changes }).response).toMatchObject({ body });
  });

  it.each([
    ['failed', { template: '{{ 1 / 0 }}' }, {}],
    ['refused by the schema', { schema: false }, {}],
    ['a webhook of another mode', { response: { mode: 'quiet' as const } }, {}],
    ['a call made under another mode', {}, { response_mode: 'quiet' as const }],
    ['nobody waits', {}, { reply_partition: null }],
  ])('is none: %s', (_what, changes, request) => {
    const { response, outcome } = respond({ ...shows, ...changes }, '', request);
    expect(response).toBeNull();
    // What the caller is told then follows from the outcome.
    const isTold = { ...waits, ...request }.reply_partition !== null;
    expect(outcome.response).toEqual(isTold ? { status: outcomeStatus(outcome) } : undefined);
  });

  it('may be static and empty', () => {
    expect(respond({ response: { mode: 'custom', status: 204 } }).response).toMatchObject({
      status: 204,
      body: '',
    });
  });

  it('that cannot be rendered fails the execution: all or nothing', () => {
    const { outcome, response, first, key } = respond({
      response: { mode: 'custom', body: 'a\n{{ 1 / 0 }}' },
      deduplication: { key: '1' },
    });
    expect(outcome).toMatchObject({ outcome: 'failed', error: { pointer: '/response/body', line: 2 } });
    expect([response, key]).toEqual([null, null]);
    expect(first).toMatchObject({ event: 'prefect-cloud.webhook.failed', payload: { rendered: MINIMAL } });
  });

  it('has its bound', () => {
    const { outcome } = respond({ response: { mode: 'custom', body: '{{ body }}' } }, 'x'.repeat(262_145));
    expect(outcome).toMatchObject({ outcome: 'failed', error: { pointer: '/response/body' } });
  });

  it('of a duplicate is the first one', () => {
    const response = { status: 201, content_type: null, headers: {}, body: 'first' };
    const executionId = '018f4b5e-0000-7000-8000-000000000001';
    const seen = { a: { executionId, response, answeredByConsumer: false } };
    const execution = runExecution(
      { deduplication: { key: "'a'" }, response: { mode: 'custom', body: 'second' } },
      { request: waits, seen },
    );
    expect(execution).toMatchObject({ response, outcome: { cause: 'duplicate', response: { status: 201 } } });
  });
});
