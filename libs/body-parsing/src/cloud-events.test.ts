import { describe, expect, it } from '@jest/globals';
import { caseInsensitiveDict, createEnvironment } from '@tributary/templating';
import { parseBody } from './parse-body.ts';

const template = createEnvironment().compile('{{ body|from_cloud_event(headers) }}');

/** The event, or the list of events, that the documented template makes of a request. */
function event(headers: Record<string, string>, body: string | Buffer): unknown {
  const contentType = headers['content-type'];
  const { value } = parseBody({ contentType, bytes: Buffer.from(body as string) });
  return JSON.parse(template.render({ body: value, headers: caseInsensitiveDict(Object.entries(headers)) }));
}

const attributes = {
  specversion: '1.0',
  id: 'e-1',
  source: '/storage',
  type: 'blob.created',
  subject: 'photos/1',
};
const binary = Object.fromEntries(Object.entries(attributes).map(([name, text]) => [`ce-${name}`, text]));
const expected = { event: 'blob.created', resource: { 'prefect.resource.id': 'photos/1' } };

describe('a CloudEvent', () => {
  it.each([
    'application/cloudevents+json',
    'application/cloudevents+json; charset=UTF-8',
    'application/json',
  ])('structured, as %s', (type) => {
    const body = JSON.stringify({ ...attributes, data: { size: 7 } });
    expect(event({ 'content-type': type }, body)).toMatchObject({
      ...expected,
      payload: { data: { size: 7 }, cloudevents: attributes },
    });
  });

  it.each<[string, string | Buffer, unknown]>([
    ['application/json', '{"size": 7}', { size: 7 }],
    ['application/vnd.x+json', '[1, 2]', [1, 2]],
    ['text/plain', 'hello', 'hello'],
    ['application/x-www-form-urlencoded', 'a=1', { a: '1' }],
    ['application/x-ndjson', '1\n2\n', [1, 2]],
    ['image/png', Buffer.from([0x89, 0xff]), 'if8='],
  ])('binary, its data read as %s', (type, body, data) => {
    expect(event({ ...binary, 'content-type': type }, body)).toMatchObject({
      ...expected,
      payload: { data, cloudevents: { id: 'e-1', datacontenttype: type } },
    });
  });

  it('structured, although headers repeat its attributes', () => {
    const body = JSON.stringify({ ...attributes, data: 1 });
    expect(event({ ...binary, 'content-type': 'application/cloudevents+json' }, body)).toMatchObject({
      ...expected,
      payload: { data: 1, cloudevents: attributes },
    });
  });

  it('binary without data', () => {
    const made = event(binary, '') as { payload: object };
    expect(made).toMatchObject(expected);
    expect(made.payload).not.toHaveProperty('data');
  });

  it('in a batch, each its own event', () => {
    const body = JSON.stringify([attributes, { ...attributes, id: 'e-2', subject: undefined }]);
    expect(event({ 'content-type': 'application/cloudevents-batch+json' }, body)).toMatchObject([
      expected,
      { ...expected, resource: { 'prefect.resource.id': '/storage' } },
    ]);
  });
});

it('the list that an event grid posts in its own schema is indexed by templates', () => {
  const bytes = Buffer.from(
    '[{"id": "1", "eventType": "Microsoft.Storage.BlobCreated", "data": {"api": "PutBlob"}}]',
  );
  const { value } = parseBody({ contentType: 'application/json; charset=utf-8', bytes });
  const text = createEnvironment().compile(
    '{{ body[0].eventType }} {{ body[0].data.api }} {{ body|length }}',
  );
  expect(text.render({ body: value })).toBe('Microsoft.Storage.BlobCreated PutBlob 1');
});
