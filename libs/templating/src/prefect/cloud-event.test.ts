import { describe, expect, it } from '@jest/globals';
import { caseInsensitiveDict, cloudEventId, createEnvironment, fromPlain, type Value } from '../index.ts';

const environment = createEnvironment();
const template = environment.compile('{{ body|from_cloud_event(headers) }}');

function convert(
  body: unknown,
  headers: Record<string, string> = {},
  extra: Record<string, unknown> = {},
): unknown {
  const names = caseInsensitiveDict(headers as Record<string, Value>);
  return JSON.parse(template.render({ body: fromPlain(body), headers: names, ...extra }));
}

const attributes = { specversion: '1.0', id: 'A-1', source: '/shop', type: 'order.created' };

describe('from_cloud_event', () => {
  it('reads the structured mode', () => {
    const body = {
      ...attributes,
      subject: 'order/7',
      time: '2024-05-17T12:00:00Z',
      custom: 'x',
      data: { total: 5 },
    };
    expect(convert(body)).toEqual({
      id: cloudEventId('/shop', 'A-1'),
      occurred: '2024-05-17T12:00:00Z',
      event: 'order.created',
      resource: { 'prefect.resource.id': 'order/7' },
      payload: {
        data: { total: 5 },
        cloudevents: { ...attributes, subject: 'order/7', time: '2024-05-17T12:00:00Z', custom: 'x' },
      },
    });
  });

  it('reads the binary mode as the structured one', () => {
    const headers = {
      'Ce-Specversion': '1.0',
      'ce-id': 'A-1',
      'ce-source': '/shop',
      'ce-type': 'order.created',
      'ce-subject': 'Gr%C3%BC%C3%9Fe',
      'content-type': 'application/json',
    };
    const structured = {
      ...attributes,
      subject: 'Grüße',
      datacontenttype: 'application/json',
      data: { total: 5 },
    };
    expect(convert({ total: 5 }, headers)).toEqual(convert(structured));
  });

  it('undoes quotes around the values of headers', () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': '"A \\"1\\""',
      'ce-source': '"/shop"',
      'ce-type': 't',
    };
    expect(convert('', headers)).toMatchObject({
      id: cloudEventId('/shop', 'A "1"'),
      resource: { 'prefect.resource.id': '/shop' },
    });
  });

  it('takes the source for a resource where there is no subject', () => {
    expect(convert(attributes)).toMatchObject({ resource: { 'prefect.resource.id': '/shop' } });
    expect(convert(attributes)).not.toHaveProperty('payload.data');
  });

  it('decodes data_base64', () => {
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    expect(convert({ ...attributes, data_base64: encode('{"a": 1}') })).toMatchObject({
      payload: { data: { a: 1 } },
    });
    const text = { ...attributes, datacontenttype: 'text/plain', data_base64: encode('hé') };
    expect(convert(text)).toMatchObject({ payload: { data: 'hé' } });
    const old = { ...attributes, specversion: '0.3', datacontentencoding: 'base64', data: encode('[1]') };
    expect(convert(old)).toMatchObject({ payload: { data: [1] } });
    const bytes = { ...attributes, datacontenttype: 'image/png', data_base64: '/9j/' };
    expect(convert(bytes)).toMatchObject({ payload: { data: '/9j/' } });
  });

  it('makes several events of a batch', () => {
    const events = convert([attributes, { ...attributes, id: 'A-2' }]) as { id: string }[];
    expect(events.map(({ id }) => id)).toEqual([cloudEventId('/shop', 'A-1'), cloudEventId('/shop', 'A-2')]);
  });

  it.each(['id', 'source', 'type', 'specversion'])('fails without %s', (name) => {
    expect(() => convert({ ...attributes, [name]: undefined })).toThrow(
      `lacks its required attribute '${name}'`,
    );
  });

  it('fails for other versions and other bodies', () => {
    expect(() => convert({ ...attributes, specversion: '2.0' })).toThrow("version '2.0'");
    expect(() => convert('text')).toThrow('not a CloudEvent');
  });

  it('derives the id from workspace, source and id', () => {
    const inOne = convert(attributes, {}, { workspace: 'one' }) as { id: string };
    expect(inOne.id).toBe(cloudEventId('/shop', 'A-1', 'one'));
    expect(inOne.id).not.toBe(cloudEventId('/shop', 'A-1'));
    expect(inOne.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("Prefect's other filters", () => {
  const id = '0190aa2b-1c2d-7e3f-8a4b-5c6d7e8f9a0b';

  it.each([
    [`{{ 'https://app/runs/flow-run/${id}?tab=logs'|flow_run_id }}`, id],
    [`{{ 'https://app/flow-runs/flow-run/${id}'|flow_run_id }}`, id],
    ["{{ 'https://app/flows/x'|flow_run_id }}", 'None'],
    ["{{ 'prefect.flow-run.abc'|ui_url }}", 'http://localhost:4200/runs/flow-run/abc'],
    [
      "{{ {'prefect.resource.id': 'prefect.deployment.d'}|ui_url }}",
      'http://localhost:4200/deployments/deployment/d',
    ],
    ["{{ 'other'|ui_url }}", 'None'],
    [
      "{{ {'prefect.resource.id': 'a/b'}|ui_resource_events_url }}",
      'http://localhost:4200/events?resource=a%2Fb',
    ],
  ])('%s', (source, output) => {
    expect(environment.compile(source).render()).toBe(output);
  });
});
