import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { Server } from 'node:http';
import { generateApiKey, hashApiKey } from './api-key.ts';
import { createApiKeyDirectory } from './directory.ts';
import { accessOf, requireApiKey } from './require-api-key.ts';

const account = '11111111-1111-4111-8111-11111111111a';
const workspace = '22222222-2222-4222-8222-22222222222b';
const other = '33333333-3333-4333-8333-333333333333';
const key = generateApiKey();
const ofWorkspace = `/accounts/${account}/workspaces/${workspace}/things`;

let server: Server;
let origin: string;
beforeAll(async () => {
  const directory = createApiKeyDirectory();
  directory.put({
    id: other,
    account,
    workspace,
    name: 'test',
    sha256: hashApiKey(key),
    scopes: ['webhooks:read'],
    created: '2026-01-01T00:00:00Z',
    expires: null,
  });
  const app = express();
  const answer: express.RequestHandler = (_request, response) => {
    response.json({ key: accessOf(response).id });
  };
  app.get('/me', requireApiKey(directory), answer);
  const nested = express.Router({ mergeParams: true });
  nested.get('/things', requireApiKey(directory, { scope: 'webhooks:read' }), answer);
  nested.post('/things', requireApiKey(directory, { scope: ['webhooks:read', 'webhooks:write'] }), answer);
  app.use('/accounts/:account/workspaces/:workspace', nested);
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const call = (path: string, authorization?: string, method = 'GET') =>
  fetch(`${origin}${path}`, { method, headers: authorization === undefined ? {} : { authorization } });

describe('requireApiKey', () => {
  it.each([
    ['none', undefined],
    ['an unknown key', `Bearer ${generateApiKey()}`],
    ['another scheme', `Basic ${key}`],
    ['a key with more behind it', `Bearer ${key} x`],
    ['an empty key', 'Bearer '],
  ])('answers 401 to %s', async (_what, authorization) => {
    const response = await call('/me', authorization);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    expect(await response.json()).toMatchObject({ title: 'Unauthorized', status: 401 });
  });

  it('lets a key pass, whatever the case of the scheme', async () => {
    expect(await (await call('/me', `Bearer ${key}`)).json()).toEqual({ key: other });
    expect((await call('/me', `bearer ${key}`)).status).toBe(200);
  });

  it('takes the ids of the path in every form of a UUID', async () => {
    expect((await call(ofWorkspace, `Bearer ${key}`)).status).toBe(200);
    expect((await call(ofWorkspace.toUpperCase(), `Bearer ${key}`)).status).toBe(200);
    expect((await call(ofWorkspace.replaceAll('-', ''), `Bearer ${key}`)).status).toBe(200);
  });

  it.each([
    ['another account', `/accounts/${other}/workspaces/${workspace}/things`],
    ['another workspace', `/accounts/${account}/workspaces/${other}/things`],
    ['a text that is no id', `/accounts/${account}/workspaces/x/things`],
  ])('hides %s', async (_what, path) => {
    expect((await call(path, `Bearer ${key}`)).status).toBe(404);
  });

  it('answers 403 when a scope is missing, and names it', async () => {
    const response = await call(ofWorkspace, `Bearer ${key}`, 'POST');
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('webhooks:write') });
  });
});
