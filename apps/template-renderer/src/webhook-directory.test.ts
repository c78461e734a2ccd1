import { describe, expect, it } from '@jest/globals';
import { createWebhookDirectory, decodeWebhook } from './webhook-directory.ts';
import type { KnownWebhook } from './webhook-directory.ts';

const id = '5a3c2f66-1111-4222-8333-444455556666';
const gone = (version: number): KnownWebhook => ({ deleted: true, id, version });

function directory(proven: () => number = () => 0) {
  const known = new Map<string, KnownWebhook>();
  let clock = 1000;
  const webhooks = createWebhookDirectory({
    get: (key) => known.get(key),
    provenCurrentAt: proven,
    graceMs: 100,
    now: () => clock++,
  });
  const put = (version: number): void => {
    known.set(id, gone(version));
    webhooks.changed(id);
  };
  return { webhooks, put };
}

describe('the directory of webhooks', () => {
  it('knows a webhook at the version asked for, or a newer one', () => {
    const { webhooks, put } = directory();
    const at = (webhook_version: number) => webhooks.find({ webhook_id: id, webhook_version })?.version;
    expect(at(1)).toBeUndefined();
    put(2);
    expect([1, 2, 3].map(at)).toEqual([2, 2, undefined]);
  });

  it('waits until the version is there, however long, while nothing is proven', async () => {
    const { webhooks, put } = directory();
    const waiting = webhooks.waitFor({ webhook_id: id, webhook_version: 2 }, () => Promise.resolve());
    put(1);
    put(3);
    expect(await waiting).toEqual(gone(3));
  });

  it('gives what is known once it is proven that the version does not exist', async () => {
    const { webhooks, put } = directory(() => 10_000);
    const request = { webhook_id: id, webhook_version: 2 };
    expect(await webhooks.waitFor(request, () => Promise.resolve())).toBeUndefined();
    put(1);
    expect(await webhooks.waitFor(request, () => Promise.resolve())).toEqual(gone(1));
  });

  it('ends its waiting when the partition is to be given up', async () => {
    const { webhooks, put } = directory();
    const waiting = webhooks.waitFor({ webhook_id: id, webhook_version: 2 }, () =>
      Promise.reject(new Error('revoked')),
    );
    put(1);
    await expect(waiting).rejects.toThrow('revoked');
  });
});

describe('decodeWebhook', () => {
  const decode = (value: unknown) =>
    decodeWebhook({ value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) });
  const record = {
    id,
    name: 'n',
    version: 1,
    template: 't',
    slug_encrypted: 's',
    limits: { max_body_bytes: 1 },
  };

  it('keeps what rendering needs, each field at its default', () => {
    expect(decode({ ...record, description: 'x', slug_sha256: 'x' })).toEqual({
      ...record,
      limits: { max_body_bytes: 1, requests_per_second: 50, concurrency: 100 },
      template_mode: 'jinja2',
      filter: null,
      routes: [],
      schema: null,
      parse_xml: false,
      deduplication: null,
      response: { mode: 'quiet' },
      topic: null,
      key_headers: [],
      signature_headers: [],
    });
    expect(decode(gone(2))).toEqual(gone(2));
  });

  it('keeps the names of headers that hold secrets, and no secret', () => {
    const secret = { id, encrypted: 'v1.k1.hunter2', set: '2026-01-01T00:00:00Z' };
    const authentication = [
      { type: 'api_key', in: 'header', name: 'X-Custom', keys: [secret] },
      { type: 'api_key', in: 'query', name: 'key', keys: [secret] },
      { type: 'signature', scheme: { header: 'X-Proof' }, secrets: [secret] },
      { type: 'of-tomorrow' },
    ];
    const webhook = decode({ ...record, authentication });
    expect(webhook).toMatchObject({ key_headers: ['x-custom'], signature_headers: ['x-proof'] });
    expect(JSON.stringify(webhook)).not.toContain('hunter2');
  });

  it.each(['', 'no json', 'null', '1', '{}', '{"deleted": true}'])('%j is none', (text) => {
    expect(decode(text)).toBeUndefined();
  });
});
