import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateApiKey } from '@tributary/api-auth';
import { accessRecord } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { apiOf, installation, startManagement, stopAll } from './support/management.ts';
import type { Api, Installation, Management } from './support/management.ts';
import { readTopic } from './support/read-topic.ts';
import type { TopicLog } from './support/read-topic.ts';

let of: Installation;
let management: Management;
let api: Api;
let topic: TopicLog;
beforeAll(async () => {
  of = await installation();
  management = await startManagement(of);
  api = apiOf(management, of);
  topic = await readTopic(of.brokers, 'tributary.access');
}, 240_000);
afterAll(async () => {
  await stopAll();
  await topic.stop();
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const get = (path: string, key?: string) =>
  fetch(`${management.origin}${path}`, {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  });
interface CreatedKey {
  id: string;
  key: string;
  scopes: string[];
}

describe('what needs no key', () => {
  it('is the health and the version that Prefect clients ask for', async () => {
    expect(await (await get('/api/health')).json()).toBe(true);
    expect(await (await get('/api/admin/version')).json()).toMatch(/^3\./);
    expect((await get('/health/live')).status).toBe(200);
    expect(await (await get('/health/ready')).json()).toMatchObject({
      status: 'ready',
      checks: {
        postgres: { healthy: true },
        outbox: { healthy: true },
        usage: { healthy: true },
        http: { healthy: true },
      },
    });
  });
});

describe('GET /api/me/workspaces', () => {
  it('gives what the login of Prefect clients reads', async () => {
    const response = await get('/api/me/workspaces', of.apiKey);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([
      {
        account_id: of.account,
        account_name: 'default',
        account_handle: 'default',
        workspace_id: of.workspace,
        workspace_name: 'default',
        workspace_description: '',
        workspace_handle: 'default',
      },
    ]);
  });

  it.each([
    ['no key', undefined],
    ['a wrong key', generateApiKey()],
  ])('answers 401 to %s', async (_what, key) => {
    const response = await get('/api/me/workspaces', key);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
  });
});

describe('a path of another workspace', () => {
  it('answers 404, whether it exists or not', async () => {
    for (const [account, workspace] of [
      [of.account, randomUUID()],
      [randomUUID(), of.workspace],
    ]) {
      const response = await get(`/api/accounts/${account}/workspaces/${workspace}/webhooks`, of.apiKey);
      expect(response.status).toBe(404);
    }
  });

  it('answers 404 to a path that is not served', async () => {
    expect((await api.call('GET', '/nothing')).status).toBe(404);
  });
});

describe('API keys', () => {
  it('announce the one of the configuration', async () => {
    await eventually(() => topic.text().includes(sha256(of.apiKey)));
  });

  it('are shown once, kept and announced as a hash, listed without it, and end when deleted', async () => {
    const response = await api.call('POST', '/api-keys/', { name: 'ci', scopes: ['webhooks:read'] });
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { id, key, scopes } = (await response.json()) as CreatedKey;
    expect(key).toMatch(/^tbk_[A-Za-z0-9_-]{43}$/);
    expect(scopes).toEqual(['webhooks:read']);
    const [record] = await eventually(() => topic.of(id).length === 1 && topic.of(id));
    expect(accessRecord.parse(record)).toMatchObject({
      id,
      name: 'ci',
      sha256: sha256(key),
      workspace: of.workspace,
    });

    const list = await (await api.call('GET', '/api-keys')).text();
    expect(list).toContain(id);
    expect(list).not.toContain(key);
    expect(list).not.toContain(sha256(key));

    expect((await api.call('GET', '/webhooks', undefined, key)).status).toBe(200);
    expect((await api.call('POST', '/webhooks', {}, key)).status).toBe(403);
    expect((await api.call('POST', '/api-keys', { name: 'mine' }, key)).status).toBe(403);

    expect((await api.call('DELETE', `/api-keys/${id}`)).status).toBe(204);
    expect((await api.call('GET', '/webhooks', undefined, key)).status).toBe(401);
    expect((await api.call('DELETE', `/api-keys/${id}`)).status).toBe(404);
    expect((await api.call('DELETE', '/api-keys/nonsense')).status).toBe(422);
    expect((await eventually(() => topic.of(id).length === 2 && topic.of(id))).at(-1)).toBeNull();
    expect(management.logs.join('\n')).not.toContain(key);
  });

  it('expire', async () => {
    const expires = new Date(Date.now() + 1_000).toISOString();
    const { key } = (await (
      await api.call('POST', '/api-keys', { name: 'short', expires })
    ).json()) as CreatedKey;
    expect((await api.call('GET', '/webhooks', undefined, key)).status).toBe(200);
    await eventually(async () => (await api.call('GET', '/webhooks', undefined, key)).status === 401);
  });

  it.each([
    ['no name', {}, '/name'],
    ['a scope that does not exist', { name: 'x', scopes: ['everything'] }, '/scopes/0'],
    ['an end that is past', { name: 'x', expires: '2020-01-01T00:00:00Z' }, '/expires'],
    ['an end that is no time', { name: 'x', expires: 'soon' }, '/expires'],
    ["a key of one's own", { name: 'x', key: 'secret' }, '/key'],
  ])('refuse %s with 422', async (_what, body, pointer) => {
    const response = await api.call('POST', '/api-keys', body);
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('of the configuration replace the one it named before', async () => {
    const other = await installation();
    await (await startManagement(other)).stop();
    const next = { ...other, apiKey: generateApiKey() };
    const restarted = await startManagement(next);
    expect((await apiOf(restarted, next).call('GET', '/webhooks')).status).toBe(200);
    expect((await apiOf(restarted, other).call('GET', '/webhooks')).status).toBe(401);
  });
});
