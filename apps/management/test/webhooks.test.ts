import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { activeWebhook, webhook as webhookSchema } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { apiOf, databaseOf, installation, startManagement, stopAll } from './support/management.ts';
import type { Api, Installation, Management } from './support/management.ts';
import { readTopic } from './support/read-topic.ts';
import type { TopicLog } from './support/read-topic.ts';

const template = '{"event": "build", "resource": {"prefect.resource.id": "{{ body.id }}"}}';
const nobody = '99999999-9999-4999-8999-999999999999';

let of: Installation;
let management: Management;
let api: Api;
let topic: TopicLog;
beforeAll(async () => {
  of = await installation();
  management = await startManagement(of);
  api = apiOf(management, of);
  topic = await readTopic(of.brokers, 'tributary.webhooks');
}, 240_000);
afterAll(async () => {
  await stopAll();
  await topic.stop();
});

const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toMatch('application/problem+json');
  return (await response.json()) as { status: number; detail: string; errors?: Record<string, unknown>[] };
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('creating a webhook', () => {
  it.each(['/webhooks/', '/webhooks'])('at %s answers 201 with all of it', async (path) => {
    const response = await api.call('POST', path, { name: 'github', template, description: '' });
    expect(response.status).toBe(201);
    const webhook = webhookSchema.parse(await response.json());
    expect(webhook).toMatchObject({
      name: 'github',
      template,
      description: '',
      enabled: true,
      service_account_id: null,
      account: of.account,
      workspace: of.workspace,
    });
    expect(webhook.slug).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(await api.get(webhook.id)).toEqual(webhook);
  });

  it('announces it on Kafka before it answers, without its slug in clear', async () => {
    const created = await api.create({ template, enabled: false, response: { mode: 'receipt' } });
    const [record] = await eventually(() => topic.of(created.id).length === 1 && topic.of(created.id));
    expect(activeWebhook.parse(record)).toMatchObject({
      id: created.id,
      version: 1,
      enabled: false,
      response: { mode: 'receipt' },
      slug_sha256: sha256(created.slug),
    });
    expect(topic.text()).not.toContain(created.slug);
  });

  it('takes a name that another webhook has', async () => {
    const [first, second] = [await api.create({ name: 'twin' }), await api.create({ name: 'twin' })];
    expect(first.id).not.toBe(second.id);
    expect(first.slug).not.toBe(second.slug);
  });

  it.each([
    ['no name', { template }, '/name'],
    ['no template', { name: 'x' }, '/template'],
    ['an empty name', { name: '', template }, '/name'],
    ['a name that is no text', { name: 5, template }, '/name'],
    ['a field that does not exist', { name: 'x', template, colour: 'red' }, '/colour'],
    [
      'a limit that is too high',
      { name: 'x', template, limits: { max_body_bytes: 1e9 } },
      '/limits/max_body_bytes',
    ],
    ['a method that does not exist', { name: 'x', template, methods: ['GET', 'BREW'] }, '/methods/1'],
    ['a slug of its own', { name: 'x', template, slug: 'mine' }, '/slug'],
    ['a NUL character', { name: 'x\0', template }, '/name'],
    ['half of a surrogate pair', { name: 'x', template: '\ud800' }, '/template'],
    ['a list', [], ''],
    ['a text', '"webhook"', ''],
    ['nothing', undefined, '/name'],
  ])('refuses %s with 422 that points there', async (_what, body, pointer) => {
    const response = await api.call('POST', '/webhooks/', body);
    expect(response.status).toBe(422);
    const { errors, detail } = await problemOf(response);
    expect(errors).toContainEqual({ pointer, detail: expect.stringMatching(/\.$/) });
    expect(detail).not.toBe('');
  });

  it('refuses a template with a fault in its syntax with 422, line and column', async () => {
    const response = await api.call('POST', '/webhooks/', {
      name: 'x',
      template: '{\n  "a": "{{ body. }}"\n}',
    });
    expect(response.status).toBe(422);
    const { errors } = await problemOf(response);
    expect(errors).toEqual([
      { pointer: '/template', detail: expect.any(String), line: 2, column: expect.any(Number) },
    ]);
  });

  it('takes a template that is no JSON: a bare expression', async () => {
    expect((await api.create({ template: '{{ body|from_cloud_event(headers) }}' })).template).toContain(
      'cloud',
    );
  });

  it('answers 400 to a body that is no JSON', async () => {
    const response = await api.call('POST', '/webhooks/', '{"name":');
    expect(response.status).toBe(400);
    await problemOf(response);
  });

  it('answers 413 to a body that is too large', async () => {
    const response = await api.call('POST', '/webhooks/', { name: 'x', template: 'x'.repeat(2_000_000) });
    expect(response.status).toBe(413);
  });
});

describe('a webhook that is not there', () => {
  it.each([
    ['GET', ''],
    ['PUT', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/rotate'],
    ['GET', '/versions'],
  ])('%s%s answers 404, and 422 to an id that is none', async (method, suffix) => {
    const body = method.startsWith('P') && suffix === '' ? { name: 'x' } : undefined;
    const response = await api.call(method, `/webhooks/${nobody}${suffix}`, body);
    expect(response.status).toBe(404);
    await problemOf(response);
    const nonsense = await api.call(method, `/webhooks/nonsense${suffix}`, body);
    expect(nonsense.status).toBe(422);
    await problemOf(nonsense);
  });
});

describe('changing a webhook', () => {
  it('with PUT answers 204 and keeps what is not named, also that it is disabled', async () => {
    const { id, slug } = await api.create({
      enabled: false,
      response: { mode: 'receipt' },
      methods: ['POST'],
    });
    const response = await api.call('PUT', `/webhooks/${id}`, { name: 'new', description: 'd', template });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(await api.get(id)).toMatchObject({
      name: 'new',
      description: 'd',
      template,
      enabled: false,
      response: { mode: 'receipt' },
      methods: ['POST'],
      slug,
    });
  });

  it.each([`/webhooks/ID`, `/webhooks/ID/`])('with PATCH at %s flips only what it names', async (path) => {
    const before = await api.create({ description: 'kept' });
    const response = await api.call('PATCH', path.replace('ID', before.id), { enabled: false });
    expect(response.status).toBe(204);
    expect(await api.get(before.id)).toEqual({ ...before, enabled: false, updated: expect.any(String) });
  });

  it('is on Kafka before it is answered', async () => {
    const { id } = await api.create();
    await api.call('PATCH', `/webhooks/${id}`, { enabled: false });
    const database = databaseOf(of);
    expect((await database.query('SELECT FROM outbox WHERE key = $1', [id])).rowCount).toBe(0);
    const record = await eventually(() => topic.of(id)[1] ?? false);
    expect(record).toMatchObject({ version: 2, enabled: false });
  });

  it('takes back what it has shown, and refuses a change of what the system sets', async () => {
    const webhook = await api.create();
    expect((await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, name: 'new' })).status).toBe(204);
    const response = await api.call('PATCH', `/webhooks/${webhook.id}`, { slug: 'A'.repeat(22), id: nobody });
    expect(response.status).toBe(422);
    expect((await problemOf(response)).errors?.map(({ pointer }) => pointer)).toEqual(['/slug', '/id']);
    expect((await api.get(webhook.id)).slug).toBe(webhook.slug);
  });

  it('refuses a broken template and keeps the old one', async () => {
    const { id } = await api.create({ template });
    const response = await api.call('PUT', `/webhooks/${id}`, { template: '{% if %}' });
    expect(response.status).toBe(422);
    expect((await problemOf(response)).errors).toEqual([
      { pointer: '/template', detail: expect.any(String), line: 1, column: expect.any(Number) },
    ]);
    expect((await api.get(id)).template).toBe(template);
  });

  it('loses no change when many are made at once', async () => {
    const { id } = await api.create();
    const changes = [
      { name: 'new' },
      { description: 'new' },
      { enabled: false },
      { methods: ['PUT'] },
      { ordered: false },
    ];
    const answers = await Promise.all(changes.map((change) => api.call('PATCH', `/webhooks/${id}`, change)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    expect(await api.get(id)).toMatchObject(Object.assign({}, ...changes) as object);
    const records = await eventually(() => topic.of(id).length === 6 && topic.of(id));
    expect(records.map((record) => record?.['version'])).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('rotating a webhook', () => {
  it('answers 200 with a new slug, keeps the rest, and takes the old hash off Kafka', async () => {
    const before = await api.create({ name: 'rotated', enabled: false });
    const response = await api.call('POST', `/webhooks/${before.id}/rotate`);
    expect(response.status).toBe(200);
    const after = webhookSchema.parse(await response.json());
    expect(after).toEqual({ ...before, slug: after.slug, updated: after.updated });
    expect(after.slug).not.toBe(before.slug);
    expect(await api.get(before.id)).toEqual(after);
    const record = await eventually(() => topic.of(before.id)[1] ?? false);
    expect(record).toMatchObject({ version: 2, slug_sha256: sha256(after.slug) });
  });
});

describe('deleting a webhook', () => {
  it('answers 204, then it is gone, and Kafka knows', async () => {
    const { id, slug } = await api.create();
    expect((await api.call('DELETE', `/webhooks/${id}`)).status).toBe(204);
    expect((await api.call('GET', `/webhooks/${id}`)).status).toBe(404);
    expect((await api.call('DELETE', `/webhooks/${id}`)).status).toBe(404);
    expect((await api.call('PATCH', `/webhooks/${id}`, { enabled: true })).status).toBe(404);
    expect(await eventually(() => topic.of(id)[1] ?? false)).toEqual({ deleted: true, id, version: 2 });
    const { rows } = await databaseOf(of).query('SELECT slug_encrypted FROM webhooks WHERE id = $1', [id]);
    expect(rows).toEqual([{ slug_encrypted: null }]);
    expect(slug).toHaveLength(22);
  });
});

describe('the versions of a webhook', () => {
  it('hold every change, the newest first, and none that changed nothing', async () => {
    const { id } = await api.create({ name: 'one' });
    await api.call('PUT', `/webhooks/${id}`, { name: 'two' });
    await api.call('PUT', `/webhooks/${id}`, { name: 'two' });
    const rotated = (await (await api.call('POST', `/webhooks/${id}/rotate`)).json()) as { slug: string };
    const response = await api.call('GET', `/webhooks/${id}/versions`);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject([
      { version: 3, change: 'rotated', settings: { name: 'two' } },
      { version: 2, change: 'updated', settings: { name: 'two' } },
      { version: 1, change: 'created', settings: { name: 'one' }, api_key_id: expect.any(String) },
    ]);
    expect(text).not.toContain(rotated.slug);

    const page = await api.call('GET', `/webhooks/${id}/versions?limit=2`);
    expect(await page.json()).toHaveLength(2);
    const rest = await api.call(
      'GET',
      `/webhooks/${id}/versions?limit=2&cursor=${page.headers.get('x-next-cursor')}`,
    );
    expect(await rest.json()).toMatchObject([{ version: 1 }]);
    expect(rest.headers.get('x-next-cursor')).toBeNull();
  });
});

describe('what is never written', () => {
  it('is a slug or a key: in no log line and in no column', async () => {
    const { id, slug } = await api.create();
    const rotated = (await (await api.call('POST', `/webhooks/${id}/rotate`)).json()) as { slug: string };
    await api.call('GET', '/webhooks/');
    const tables = ['webhooks', 'webhook_versions', 'api_keys', 'outbox'];
    const rows = await Promise.all(tables.map((table) => databaseOf(of).query(`SELECT * FROM ${table}`)));
    const written = [
      ...management.logs,
      JSON.stringify(rows.map((result) => result.rows)),
      topic.text(),
    ].join('\n');
    expect(written).toContain(id);
    for (const secret of [slug, rotated.slug, of.apiKey, of.masterKey]) expect(written).not.toContain(secret);
  });
});
