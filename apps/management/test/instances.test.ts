import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scopes } from '@tributary/event-schemas';
import { eventually } from '@tributary/testing';
import { sweepDeleted } from '../src/sweep-deleted.ts';
import { apiOf, databaseOf, installation, startManagement, stopAll } from './support/management.ts';
import type { Api, Installation } from './support/management.ts';
import { readTopic } from './support/read-topic.ts';
import type { TopicLog } from './support/read-topic.ts';

let of: Installation;
let apis: Api[];
let topic: TopicLog;
beforeAll(async () => {
  of = await installation();
  const instances = await Promise.all([startManagement(of), startManagement(of)]);
  apis = instances.map((instance) => apiOf(instance, of));
  topic = await readTopic(of.brokers, 'tributary.webhooks');
}, 240_000);
afterAll(async () => {
  await stopAll();
  await topic.stop();
});

describe('two instances side by side', () => {
  it('bootstrap one account, one workspace and one key between them', async () => {
    const { rows } = await databaseOf(of).query(
      `SELECT (SELECT count(*)::int FROM accounts) AS accounts, (SELECT count(*)::int FROM workspaces) AS workspaces,
         (SELECT count(*)::int FROM api_keys) AS keys`,
    );
    expect(rows).toEqual([{ accounts: 1, workspaces: 1, keys: 1 }]);
  });

  it('give the key of the configuration the scopes that came with a newer version', async () => {
    const database = databaseOf(of);
    const scopesOf = async () =>
      (await database.query<{ scopes: string[] }>('SELECT scopes FROM api_keys WHERE bootstrap')).rows[0]
        ?.scopes;
    await database.query(`UPDATE api_keys SET scopes = array_remove(scopes, 'executions:write')`);
    expect(await scopesOf()).not.toContain('executions:write');
    await startManagement(of);
    expect(await scopesOf()).toEqual(scopes);
    const { rows } = await database.query<{ id: string }>('SELECT id FROM api_keys');
    const access = await readTopic(of.brokers, 'tributary.access');
    try {
      await eventually(() => {
        expect(access.of(rows[0]!.id).map((record) => record?.['scopes'])).toEqual([scopes, scopes]);
      });
    } finally {
      await access.stop();
    }
  });

  it('show each other every write', async () => {
    const [first, second] = apis as [Api, Api];
    const webhook = await first.create();
    expect(await second.get(webhook.id)).toEqual(webhook);
    expect((await second.call('PATCH', `/webhooks/${webhook.id}`, { enabled: false })).status).toBe(204);
    expect((await first.get(webhook.id)).enabled).toBe(false);
  });

  it('publish the changes of one webhook in order, whichever made them', async () => {
    const { id } = await apis[0]!.create();
    const changes = Array.from({ length: 20 }, (_, n) =>
      apis[n % 2]!.call('PATCH', `/webhooks/${id}`, { description: `change ${n}` }),
    );
    for (const { status } of await Promise.all(changes)) expect(status).toBe(204);
    const versions = await eventually(() => {
      const seen = topic.of(id).map((record) => record?.['version'] as number);
      return seen.at(-1) === 21 && seen;
    });
    expect(versions).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
  });

  it('end a deleted webhook with one tombstone once no request of it can be on its way', async () => {
    const { id } = await apis[0]!.create();
    expect((await apis[0]!.call('DELETE', `/webhooks/${id}`)).status).toBe(204);
    const database = databaseOf(of);
    expect(await sweepDeleted(database, new Date(Date.now() - 60_000))).toBe(0);
    const later = new Date(Date.now() + 60_000);
    const swept = await Promise.all([sweepDeleted(database, later), sweepDeleted(database, later)]);
    expect(swept.reduce((a, b) => a + b)).toBe(1);
    const values = await eventually(() => topic.of(id).length === 3 && topic.of(id));
    expect(values.at(-1)).toBeNull();
    const { rowCount } = await database.query('SELECT FROM webhook_versions WHERE webhook = $1', [id]);
    expect(rowCount).toBe(0);
  });
});
