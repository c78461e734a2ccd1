import { expect, it } from '@jest/globals';
import { eventually } from '@tributary/testing';
import { createWebhook, eventOf } from '../src/client.ts';
import type { CollectedSpan } from '../src/collector.ts';

async function spans(): Promise<CollectedSpan[]> {
  return (await (await fetch(`${process.env['E2E_COLLECTOR']}/spans`)).json()) as CollectedSpan[];
}

function randomTraceId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex');
}

/** The services that a trace has spans of. */
async function servicesOf(traceId: string): Promise<Set<string>> {
  return new Set((await spans()).filter((span) => span.traceId === traceId).map(({ service }) => service));
}

it('one trace spans the sender and the four services, and shows no slug and no key', async () => {
  const traceId = randomTraceId();
  const webhook = await createWebhook({
    template: '{"event": "traced", "resource": {"prefect.resource.id": "r"}}',
    authentication: [
      { type: 'bearer', keys: ['key-in-a-header'] },
      { type: 'api_key', in: 'query', name: 'token', keys: ['key-in-the-query'] },
    ],
  });
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  const headers = { authorization: 'Bearer key-in-a-header', traceparent };
  await eventOf(await fetch(`${webhook.url}?token=key-in-the-query`, { headers }));
  await eventually(async () => {
    // Management takes part when it hears, some seconds later, when the webhook was last used.
    expect(await servicesOf(traceId)).toEqual(
      new Set(['ingress', 'template-renderer', 'event-store', 'management']),
    );
  });
  const secrets = [webhook.slug, 'key-in-a-header', 'key-in-the-query'];
  expect((await spans()).filter(({ text }) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
});

it('calls that are rendered and stored together have their whole trace each', async () => {
  const { url } = await createWebhook({
    template: '{"event": "traced", "resource": {"prefect.resource.id": "r"}}',
  });
  const traceIds = Array.from({ length: 30 }, randomTraceId);
  await Promise.all(
    traceIds.map((id) => fetch(url, { headers: { traceparent: `00-${id}-00f067aa0ba902b7-01` } })),
  );
  await eventually(async () => {
    for (const id of traceIds)
      expect([...(await servicesOf(id))]).toEqual(
        expect.arrayContaining(['ingress', 'template-renderer', 'event-store']),
      );
  });
});

it('management shows the requests it answers and the statements it sends to Postgres', async () => {
  await createWebhook({ template: '{"event": "traced", "resource": {"prefect.resource.id": "r"}}' });
  await eventually(async () => {
    const all = (await spans()).filter(({ service }) => service === 'management');
    const statement = all.find(({ name }) => name.startsWith('pg.query'));
    expect(all.filter(({ traceId }) => traceId === statement?.traceId).map(({ name }) => name)).toContain(
      'POST',
    );
  });
});
