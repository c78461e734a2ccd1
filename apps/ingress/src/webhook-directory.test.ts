import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createWebhookDirectory, decodeHook } from './webhook-directory.ts';
import type { Hook } from './webhook-directory.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';

function record(slug: string, changes: Record<string, unknown> = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      id: ID,
      account: ID,
      workspace: ID,
      name: 'test',
      template: '{}',
      version: 1,
      created: '2026-01-01T00:00:00Z',
      updated: '2026-01-01T00:00:00Z',
      slug_sha256: hash('sha256', slug, 'hex'),
      slug_encrypted: 'v1.k1.x',
      ...changes,
    }),
  );
}

function hook(slug: string, changes?: Record<string, unknown>): Hook {
  return decodeHook(record(slug, changes)) as Hook;
}

describe('a record of tributary.webhooks', () => {
  it('is read with the defaults of a webhook', () => {
    expect(hook('s')).toMatchObject({
      id: ID,
      mode: 'quiet',
      maxBodyBytes: 1_048_576,
      ordered: true,
      enabled: true,
    });
    expect(hook('s').allow).toBe('DELETE, GET, HEAD, PATCH, POST, PUT');
  });

  it('may say that the webhook is deleted', () => {
    expect(decodeHook(Buffer.from(JSON.stringify({ deleted: true, id: ID, version: 7 })))).toEqual({
      deleted: true,
      version: 7,
    });
  });

  it('that asks nothing of its callers has no protection; what is no list of entries is one that refuses', () => {
    expect(hook('s').protection).toBeUndefined();
    expect(hook('s', { authentication: [], handshakes: [] }).protection).toBeUndefined();
    expect(hook('s', { authentication: 'x' }).protection?.authentication).toEqual(['x']);
    expect(hook('s', { authentication: null }).protection?.authentication).toEqual([null]);
    expect(hook('s', { service_account_id: ID }).protection?.serviceAccountId).toBe(ID);
  });

  it.each([[null], [Buffer.from('{')], [Buffer.from('[]')], [record('s', { version: 0 })]])(
    'that is none is undefined',
    (value) => {
      expect(decodeHook(value)).toBeUndefined();
    },
  );
});

describe('the directory of webhooks', () => {
  it('finds a webhook by its slug', () => {
    const directory = createWebhookDirectory();
    directory.put(ID, hook('first'));
    expect(directory.find('first')?.id).toBe(ID);
    expect(directory.find('other')).toBeUndefined();
  });

  it('forgets the old slug as soon as the new one is known', () => {
    const directory = createWebhookDirectory();
    directory.put(ID, hook('first'));
    directory.put(ID, hook('second', { version: 2 }));
    expect(directory.find('first')).toBeUndefined();
    expect(directory.find('second')?.version).toBe(2);
    expect(directory.size).toBe(1);
  });

  it.each([
    ['disabled', hook('slug', { enabled: false })],
    ['deleted', { deleted: true, version: 2 } as const],
    ['compacted away', undefined],
  ])('does not hold a webhook that is %s, and holds it again when it is back', (_what, gone) => {
    const directory = createWebhookDirectory();
    directory.put(ID, hook('slug'));
    directory.put(ID, gone);
    expect(directory.find('slug')).toBeUndefined();
    expect(directory.size).toBe(0);
    directory.put(ID, hook('slug', { version: 3 }));
    expect(directory.find('slug')?.version).toBe(3);
  });
});
