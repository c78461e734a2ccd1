import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyRing, decrypt } from '@tributary/encryption';
import {
  accessRecord,
  activeWebhook,
  maxRecordBytes,
  recordHeaders,
  secretPlace,
  topics,
  webhook as webhookSchema,
} from '@tributary/event-schemas';
import type { UsageRecord, Webhook } from '@tributary/event-schemas';
import { createMessaging, createPublisher } from '@tributary/messaging';
import type { Messaging } from '@tributary/messaging';
import { eventually } from '@tributary/testing';
import { pino } from 'pino';
import { apiOf, databaseOf, installation, startManagement, stopAll } from './support/management.ts';
import type { Api, Installation, Management } from './support/management.ts';
import { readTopic } from './support/read-topic.ts';
import type { TopicLog } from './support/read-topic.ts';

let of: Installation;
let management: Management;
let api: Api;
let webhooks: TopicLog;
let access: TopicLog;
let messaging: Messaging;
beforeAll(async () => {
  of = await installation();
  management = await startManagement(of);
  api = apiOf(management, of);
  [webhooks, access] = await Promise.all([
    readTopic(of.brokers, topics.webhooks.name),
    readTopic(of.brokers, topics.access.name),
  ]);
  messaging = createMessaging({
    brokers: of.brokers,
    clientId: 'test',
    logger: pino({ level: 'silent' }),
    maxRecordBytes,
  });
}, 240_000);
afterAll(async () => {
  await stopAll();
  await Promise.all([webhooks.stop(), access.stop(), messaging.close()]);
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const json = async <T>(response: Promise<Response>): Promise<T> => (await (await response).json()) as T;
const pointersOf = async (response: Response) =>
  ((await response.json()) as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);

describe('the secrets of a webhook', () => {
  const authentication = [
    { type: 'basic', username: 'u', password: 'secret-password' },
    { type: 'api_key', in: 'query', name: 'token', keys: ['secret-key-1', 'secret-key-2'] },
    { type: 'signature', preset: 'github', secrets: ['secret-signing'] },
    { type: 'ip_allow_list', cidrs: ['10.0.0.0/8'] },
  ];
  const handshakes = [{ type: 'meta', verify_token: 'secret-token' }];

  it('are written once, and read by nobody but who holds the master key', async () => {
    const created = webhookSchema.parse(
      await json(
        api.call('POST', '/webhooks', { name: 'guarded', template: 't', authentication, handshakes }),
      ),
    );
    expect(created.authentication[0]).toEqual({
      type: 'basic',
      username: 'u',
      password: {
        configured: true,
        id: expect.any(String),
        set: created.created,
        last_used: null,
      },
    });
    expect(created.authentication[3]).toEqual(authentication[3]);

    const [record] = await eventually(() => webhooks.of(created.id).length === 1 && webhooks.of(created.id));
    const [basic] = activeWebhook.parse(record).authentication;
    if (basic?.type !== 'basic') throw new Error('another entry');
    const { id, encrypted } = basic.password;
    expect(decrypt(createKeyRing(of.masterKey), encrypted, secretPlace(created.id, id))).toBe(
      'secret-password',
    );

    const [first] = await json<object[]>(api.call('GET', `/webhooks/${created.id}/versions`));
    expect(first).toMatchObject({
      settings: { authentication: [{ password: { configured: true } }, {}, {}, {}] },
    });
    expect(JSON.stringify(first)).not.toContain('encrypted');
    await api.call('PATCH', `/webhooks/${created.id}`, { authentication: [{ type: 'basic' }] });
    const tables = ['webhooks', 'webhook_versions', 'audit_log', 'outbox'];
    const rows = await Promise.all(tables.map((table) => databaseOf(of).query(`SELECT * FROM ${table}`)));
    const written = [
      JSON.stringify(created),
      JSON.stringify(rows.map((result) => result.rows)),
      webhooks.text(),
      ...management.logs,
    ].join('\n');
    expect(written).toContain(created.id);
    expect(written).not.toMatch(/secret-(password|key|signing|token)/);
  });

  it('are kept by a change that sends them back, or that names other fields only', async () => {
    const created = await api.create({ authentication, handshakes });
    expect((await api.call('PUT', `/webhooks/${created.id}`, { ...created, name: 'new' })).status).toBe(204);
    expect((await api.call('PATCH', `/webhooks/${created.id}`, { enabled: false })).status).toBe(204);
    const records = await eventually(() => webhooks.of(created.id).length === 3 && webhooks.of(created.id));
    const [first, second, third] = records.map((record) => activeWebhook.parse(record));
    expect([second?.name, third?.enabled]).toEqual(['new', false]);
    expect(third?.authentication).toEqual(first?.authentication);
    expect(third?.handshakes).toEqual(first?.handshakes);
  });

  it('leave the database with the webhook', async () => {
    const { id } = await api.create({ authentication });
    await api.call('DELETE', `/webhooks/${id}`);
    const { rows } = await databaseOf(of).query('SELECT settings::text FROM webhooks WHERE id = $1', [id]);
    expect(JSON.stringify(rows)).not.toContain('encrypted');
  });

  it('are shown with their last use, which ingresses count', async () => {
    const { id, slug } = await api.create({ authentication: [authentication[1]!] });
    const idOf = (webhook: Webhook, at: number): string => {
      const [entry] = webhook.authentication;
      return entry?.type === 'api_key' ? entry.keys[at]!.id : '';
    };
    const used = { calls: 2, last_used: '2026-03-03T00:00:00Z' };
    const usage: UsageRecord = {
      id: randomUUID(),
      webhook_id: id,
      account: of.account,
      workspace: of.workspace,
      since: '2026-03-03T00:00:00Z',
      until: '2026-03-03T00:00:10Z',
      secrets: [{ id: idOf(await api.get(id), 1), ...used }],
      urls: [{ slug_sha256: sha256(slug), ...used }],
    };
    const publisher = createPublisher(messaging, { producers: 1 });
    await publisher.start();
    const older = { ...usage, secrets: [{ ...usage.secrets[0]!, last_used: '2026-01-01T00:00:00Z' }] };
    for (const record of [usage, older])
      await publisher.publish({
        topic: topics.usage.name,
        key: id,
        value: JSON.stringify(record),
        headers: { [recordHeaders.schemaVersion]: '1' },
      });
    await publisher.stop();
    await eventually(async () => {
      const { rows } = await databaseOf(of).query(
        'SELECT calls::int FROM usage WHERE webhook = $1 ORDER BY subject',
        [id],
      );
      expect(rows).toEqual([{ calls: 4 }, { calls: 4 }]);
    });
    const keys = [{ last_used: null }, { last_used: '2026-03-03T00:00:00Z' }];
    const shown = await api.get(id);
    const counted = { calls: 4, last_used: '2026-03-03T00:00:00Z' };
    expect(shown).toMatchObject({ authentication: [{ keys }], usage: counted });
    // What was read may be sent back, however many calls there were since.
    const repeated = { ...shown, usage: { calls: 1, last_used: null } };
    expect((await api.call('PUT', `/webhooks/${id}`, repeated)).status).toBe(204);
    expect(await json(api.call('POST', '/webhooks/filter'))).toContainEqual(
      expect.objectContaining({
        id,
        usage: counted,
        authentication: [expect.objectContaining({ keys: keys.map((key) => expect.objectContaining(key)) })],
      }),
    );
  });
});

interface Bot {
  id: string;
  name: string;
  api_key: { id: string; key?: string; expiration: string | null };
}

describe('service accounts', () => {
  const bots = (method: string, path: string, body?: unknown, key = of.apiKey) =>
    fetch(`${management.origin}/api/accounts/${of.account}/bots${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('are made, shown, found, renamed and given a new key as in Prefect Cloud', async () => {
    const response = await bots('POST', '/', { name: 'caller', api_key_expiration: null });
    expect(response.status).toBe(201);
    const made = (await response.json()) as Bot;
    expect(made).toMatchObject({ name: 'caller', account_id: of.account, api_key: { expiration: null } });
    const record = await eventually(() => access.of(made.api_key.id)[0] ?? false);
    expect(accessRecord.parse(record)).toMatchObject({
      sha256: sha256(made.api_key.key!),
      service_account_id: made.id,
      scopes: [],
    });
    expect((await api.call('GET', '/webhooks', undefined, made.api_key.key)).status).toBe(403);

    expect((await bots('PATCH', `/${made.id}`, { name: 'renamed' })).status).toBe(204);
    const shown = await json<Bot>(bots('GET', `/${made.id}`));
    expect(shown.name).toBe('renamed');
    expect(shown.api_key.key).toBeUndefined();
    const names = (any_: string[]) => ({ service_accounts: { name: { any_ } } });
    expect(await json(bots('POST', '/filter', names(['renamed'])))).toEqual([shown]);
    expect(await json(bots('POST', '/filter', names(['caller'])))).toEqual([]);
    expect(await (await api.call('GET', '/api-keys')).text()).not.toContain(made.api_key.id);

    const overlap = { old_key_expires_in_seconds: 60 };
    const rotated = await json<Bot>(bots('POST', `/${made.id}/rotate_api_key`, overlap));
    expect(rotated.api_key.key).not.toBe(made.api_key.key);
    const ending = await eventually(() => access.of(made.api_key.id)[1] ?? false);
    expect(Date.parse(String(ending['expires']))).toBeGreaterThan(Date.now());
    await bots('POST', `/${made.id}/rotate_api_key`);
    for (const { api_key } of [made, rotated]) await eventually(() => access.of(api_key.id).at(-1) === null);
  });

  it('let a webhook be called by their key alone, and take it with them', async () => {
    const { id } = await json<Bot>(bots('POST', '', { name: 'owner' }));
    const webhook = await api.create({ service_account_id: id });
    expect(webhook.service_account_id).toBe(id);
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['PATCH', `/webhooks/${webhook.id}`],
    ] as const) {
      const unknown = { name: 'x', template: 't', service_account_id: randomUUID() };
      const response = await api.call(method, path, unknown);
      expect([response.status, await pointersOf(response)]).toEqual([422, ['/service_account_id']]);
    }
    expect((await bots('DELETE', `/${id}`)).status).toBe(204);
    expect((await bots('GET', `/${id}`)).status).toBe(404);
    expect((await bots('DELETE', `/${id}`)).status).toBe(404);
    expect((await api.call('GET', `/webhooks/${webhook.id}`)).status).toBe(404);
    expect(await eventually(() => webhooks.of(webhook.id)[1] ?? false)).toMatchObject({ deleted: true });
  });

  it('are made by keys with every scope, in their own account only', async () => {
    const { key } = await json<{ key: string }>(
      api.call('POST', '/api-keys', { name: 'reader', scopes: ['webhooks:read'] }),
    );
    expect((await bots('GET', '/', undefined, key)).status).toBe(200);
    expect((await bots('POST', '/', { name: 'x' }, key)).status).toBe(403);
    const elsewhere = await fetch(`${management.origin}/api/accounts/${randomUUID()}/bots`, {
      headers: { authorization: `Bearer ${of.apiKey}` },
    });
    expect(elsewhere.status).toBe(404);
    expect(await pointersOf(await bots('POST', '/', { name: '', role: 'x' }))).toEqual(['/name', '/role']);
  });
});

describe('the topic of a webhook', () => {
  it('is there when the webhook is saved', async () => {
    const topic = `tributary.test-${randomUUID()}`;
    const { id } = await api.create({ topic });
    expect(await messaging.admin.partitionCount(topic)).toBe(topics.events.partitions);
    const next = `tributary.test-${randomUUID()}`;
    expect((await api.call('PATCH', `/webhooks/${id}`, { topic: next })).status).toBe(204);
    expect(await messaging.admin.partitionCount(next)).toBeGreaterThan(0);
  });
});

describe('the audit log', () => {
  it('says who changed what and when, the newest first, and no value', async () => {
    const { id, key } = await json<{ id: string; key: string }>(
      api.call('POST', '/api-keys', { name: 'ann' }),
    );
    const created = await json<Webhook>(
      api.call('POST', '/webhooks', { name: 'audited', template: 'told-to-nobody' }, key),
    );
    await api.call('PATCH', `/webhooks/${created.id}`, { template: 'other', description: 'd' }, key);
    await api.call('POST', `/webhooks/${created.id}/rotate`, undefined, key);
    await api.call('DELETE', `/webhooks/${created.id}`, undefined, key);
    await api.call('DELETE', `/api-keys/${id}`);

    const page = await api.call('GET', '/audit?limit=3');
    expect(page.status).toBe(200);
    const rest = await api.call('GET', `/audit?limit=3&cursor=${page.headers.get('x-next-cursor')}`);
    const entries = [...((await page.json()) as object[]), ...((await rest.json()) as object[])];
    const ann = { type: 'api_key', id, name: 'ann' };
    const webhook = { type: 'webhook', id: created.id, name: 'audited' };
    expect(entries).toMatchObject([
      { action: 'api_key.deleted', resource: ann, actor: { name: 'bootstrap' } },
      { action: 'webhook.deleted', resource: webhook, actor: ann, version: 4 },
      { action: 'webhook.rotated', actor: ann, version: 3, changed: ['slug'] },
      { action: 'webhook.updated', actor: ann, version: 2, changed: ['description', 'template'] },
      { action: 'webhook.created', actor: ann, version: 1, changed: [] },
      { action: 'api_key.created', resource: ann, actor: { name: 'bootstrap' } },
    ]);
    for (const text of ['told-to-nobody', created.slug, key])
      expect(JSON.stringify(entries)).not.toContain(text);
    expect((await api.call('GET', '/audit?cursor=x')).status).toBe(422);
  });
});
