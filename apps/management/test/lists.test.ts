import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Webhook } from '@tributary/event-schemas';
import { apiOf, installation, startManagement, stopAll } from './support/management.ts';
import type { Api, Installation } from './support/management.ts';

let of: Installation;
let api: Api;
let origin: string;
const names: string[] = [];
beforeAll(async () => {
  of = await installation();
  const management = await startManagement(of);
  ({ origin } = management);
  api = apiOf(management, of);
  for (const name of ['a', 'b', 'a', 'c', 'd', 'b', 'e']) {
    await api.create({ name });
    names.push(name);
  }
}, 240_000);
afterAll(stopAll);

const namesOf = async (response: Response) => {
  expect(response.status).toBe(200);
  return ((await response.json()) as Webhook[]).map(({ name }) => name);
};

describe('lists of webhooks', () => {
  it.each(['/webhooks', '/webhooks/'])('GET %s gives all of them, the oldest first', async (path) => {
    expect(await namesOf(await api.call('GET', path))).toEqual(names);
  });

  it('POST /webhooks/filter works without a body and without a content type, as Prefect calls it', async () => {
    const url = `${origin}/api/accounts/${of.account}/workspaces/${of.workspace}/webhooks/filter`;
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${of.apiKey}` } });
    expect(await namesOf(response)).toEqual(names);
    expect(await namesOf(await api.call('POST', '/webhooks/filter', {}))).toEqual(names);
    expect(
      await namesOf(await api.call('POST', '/webhooks/filter/', { webhooks: null, sort: null })),
    ).toEqual(names);
  });

  it('filter by name', async () => {
    const filter = async (any_: string[]) =>
      namesOf(await api.call('POST', '/webhooks/filter', { webhooks: { name: { any_ } } }));
    expect(await filter(['a', 'd'])).toEqual(['a', 'a', 'd']);
    expect(await filter(['A'])).toEqual([]);
    expect(await filter([])).toEqual([]);
  });

  it('refuse a filter that they do not know', async () => {
    const response = await api.call('POST', '/webhooks/filter', { webhooks: { nam: { any_: ['a'] } } });
    expect(response.status).toBe(422);
  });

  it('page by a link, each webhook once', async () => {
    const seen: string[] = [];
    let path = '/webhooks?limit=3';
    for (let pages = 1; ; pages += 1) {
      const response = await api.call('GET', path);
      seen.push(...(await namesOf(response)));
      const link = response.headers.get('link');
      if (link === null) {
        expect(pages).toBe(3);
        break;
      }
      const [, url] = /^<(https:\/\/hooks\.example\.test\/[^>]+)>; rel="next"$/.exec(link) ?? [];
      path = url!.slice(url!.indexOf('/webhooks'));
    }
    expect(seen).toEqual(names);
  });

  it('page a filter by the cursor in the header', async () => {
    const webhooks = { name: { any_: ['a', 'b'] } };
    const first = await api.call('POST', '/webhooks/filter', { webhooks, limit: 3 });
    expect(await namesOf(first)).toEqual(['a', 'b', 'a']);
    const cursor = first.headers.get('x-next-cursor');
    expect(await namesOf(await api.call('POST', '/webhooks/filter', { webhooks, limit: 3, cursor }))).toEqual(
      ['b'],
    );
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=x', 'cursor=W10'])(
    'refuse ?%s with 422',
    async (query) => {
      const response = await api.call('GET', `/webhooks?${query}`);
      expect(response.status).toBe(422);
      expect(response.headers.get('content-type')).toMatch('application/problem+json');
    },
  );
});
