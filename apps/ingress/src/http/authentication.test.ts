import { createHmac, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateApiKey, hashApiKey } from '@tributary/api-auth';
import type { AuthenticationRecord, ExecutionStep } from '@tributary/event-schemas';
import type { OutgoingRecord } from '@tributary/messaging';
import { presetNames, signRequest } from '@tributary/verification';
import { gzipSync } from 'node:zlib';
import { hook, ID, protectedBy, secret } from '../../test/support/build-hook.ts';
import { captured, refused, startReceiver } from '../../test/support/receiver.ts';
import type { Receiver } from '../../test/support/receiver.ts';

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(() => receiver.stop());

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
const github = (key: string, body: string): string =>
  `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;

const [password, first, second] = [secret('p:w'), secret('k1'), secret('k2')];
const byBasic: AuthenticationRecord = { type: 'basic', username: 'u', password };
const byBearer: AuthenticationRecord = { type: 'bearer', keys: [first, second] };
const byHeader: AuthenticationRecord = {
  type: 'api_key',
  in: 'header',
  name: 'X-Api-Key',
  keys: [first, second],
};
const byQuery: AuthenticationRecord = { type: 'api_key', in: 'query', name: 'token', keys: [first, second] };
const byGithub: AuthenticationRecord = { type: 'signature', preset: 'github', secrets: [first, second] };
const byAddress = (...cidrs: string[]): AuthenticationRecord => ({ type: 'ip_allow_list', cidrs });

type Row = [
  string,
  AuthenticationRecord[],
  { path?: string; headers?: Record<string, string> },
  { status: number; cause?: string; used?: string[] },
];

const body = '{"a":1}';

describe('a call is let in or refused', () => {
  it.each<Row>([
    [
      'basic',
      [byBasic],
      { headers: { authorization: basic('u', 'p:w') } },
      { status: 200, used: [password.id] },
    ],
    [
      'basic, wrong password',
      [byBasic],
      { headers: { authorization: basic('u', 'p') } },
      { status: 401, cause: 'credentials' },
    ],
    ['basic, nothing', [byBasic], {}, { status: 401, cause: 'credentials_missing' }],
    ['bearer', [byBearer], { headers: { authorization: 'Bearer k1' } }, { status: 200, used: [first.id] }],
    [
      'bearer, the other key',
      [byBearer],
      { headers: { authorization: 'bearer k2' } },
      { status: 200, used: [second.id] },
    ],
    [
      'bearer, wrong',
      [byBearer],
      { headers: { authorization: 'Bearer k3' } },
      { status: 401, cause: 'credentials' },
    ],
    ['key in a header', [byHeader], { headers: { 'x-api-key': 'k2' } }, { status: 200, used: [second.id] }],
    [
      'key in a header, wrong',
      [byHeader],
      { headers: { 'x-api-key': 'k1k2' } },
      { status: 401, cause: 'credentials' },
    ],
    ['key in the query', [byQuery], { path: '/hooks/known?a=1&token=k1' }, { status: 200, used: [first.id] }],
    [
      'key in the query, missing',
      [byQuery],
      { path: '/hooks/known?a=1' },
      { status: 401, cause: 'credentials_missing' },
    ],
    [
      'signature',
      [byGithub],
      { headers: { 'x-hub-signature-256': github('k1', body) } },
      { status: 200, used: [first.id] },
    ],
    [
      'signature, the other secret',
      [byGithub],
      { headers: { 'x-hub-signature-256': github('k2', body) } },
      { status: 200, used: [second.id] },
    ],
    [
      'signature, of another body',
      [byGithub],
      { headers: { 'x-hub-signature-256': github('k1', '{"a": 1}') } },
      { status: 403, cause: 'signature' },
    ],
    ['signature, missing', [byGithub], {}, { status: 401, cause: 'credentials_missing' }],
    ['address', [byAddress('127.0.0.0/8')], {}, { status: 200, used: [] }],
    ['address, refused', [byAddress('10.0.0.0/8')], {}, { status: 403, cause: 'address' }],
    [
      'address, said by a stranger',
      [byAddress('10.0.0.0/8')],
      { headers: { 'x-forwarded-for': '10.0.0.1' } },
      { status: 403, cause: 'address' },
    ],
    [
      'all of several',
      [byAddress('127.0.0.1'), byHeader, byGithub],
      { headers: { 'x-api-key': 'k2', 'x-hub-signature-256': github('k1', body) } },
      { status: 200, used: [second.id, first.id] },
    ],
    [
      'all but one of several',
      [byHeader, byGithub],
      { headers: { 'x-api-key': 'k2' } },
      { status: 401, cause: 'credentials_missing' },
    ],
    [
      'no authentication, and an Authorization that some senders cannot leave out',
      [],
      { headers: { authorization: 'Basic xxx' } },
      { status: 200, used: [] },
    ],
  ])('%s', async (_what, authentication, options, { status, cause, used }) => {
    receiver.hook = protectedBy(...authentication);
    const answer = await receiver.call({ ...options, body });
    expect(answer.status).toBe(status);
    expect(receiver.records).toHaveLength(status === 200 ? 1 : 0);
    expect(receiver.usage.map((each) => each.used)).toEqual(used ? [used] : []);
    if (cause !== undefined)
      expect(refused(receiver.rejected[0])).toMatchObject({ outcome: 'rejected', cause });
    expect(answer.headers['www-authenticate'] !== undefined).toBe(status === 401);
    const stored = JSON.stringify([receiver.records, receiver.rejected.map(captured)]);
    for (const [name, value] of Object.entries(options.headers ?? {}))
      if (!name.startsWith('x-hub') && !name.startsWith('x-forwarded')) expect(stored).not.toContain(value);
    expect(stored).not.toContain('token=k');
  });
});

describe('what is not understood fails closed', () => {
  it.each<[string, AuthenticationRecord]>([
    ['an unknown type', { type: 'unknown' }],
    ['an unknown preset', { type: 'signature', preset: 'nobody', secrets: [first] }],
    ['a broken scheme', { type: 'signature', scheme: { algorithm: 'rot13' }, secrets: [first] }],
    ['a secret that cannot be decrypted', { type: 'bearer', keys: [{ ...first, encrypted: 'v1.k9.AAAA' }] }],
    ['a secret copied from another webhook', { type: 'bearer', keys: [secret('k1', randomUUID())] }],
    [
      'a password that cannot be decrypted',
      { type: 'basic', username: 'u', password: { ...first, encrypted: '' } },
    ],
    ['an empty key', { type: 'bearer', keys: [secret('')] }],
    ['a signature without a secret', { type: 'signature', preset: 'github', secrets: [] }],
    ['an empty signing secret', { type: 'signature', preset: 'github', secrets: [secret('')] }],
    ['no networks', { type: 'ip_allow_list', cidrs: [] }],
  ])('%s', async (_what, entry) => {
    receiver.hook = protectedBy(entry);
    for (const headers of [
      {},
      { authorization: 'Bearer k1' },
      { authorization: basic('u', '') },
      { 'x-hub-signature-256': github('', body) },
    ]) {
      const { status } = await receiver.call({ body, headers: headers as Record<string, string> });
      expect([401, 403]).toContain(status);
    }
    expect(receiver.records).toEqual([]);
  });
});

describe('a service account', () => {
  const account = '0190a0a0-0000-7000-8000-00000000000a';
  const put = (changes: object = {}): { key: string; id: string } => {
    const [key, id] = [generateApiKey(), randomUUID()];
    receiver.keys.put({
      id,
      account: ID,
      workspace: ID,
      name: 'bot',
      sha256: hashApiKey(key),
      scopes: [],
      created: '2026-01-01T00:00:00Z',
      expires: null,
      service_account_id: account,
      ...changes,
    });
    return { key, id };
  };
  const call = async (authorization?: string): Promise<number> =>
    (await receiver.call(authorization === undefined ? {} : { headers: { authorization } })).status;

  beforeEach(() => {
    receiver.hook = hook({ protection: { authentication: [], serviceAccountId: account, handshakes: [] } });
  });

  it('lets its keys in, and only those that are valid', async () => {
    const { key, id } = put();
    expect(await call(`Bearer ${key}`)).toBe(200);
    expect(receiver.usage[0]!.used).toEqual([id]);
    expect(await call()).toBe(401);
    expect(await call(`Basic ${key}`)).toBe(401);
    expect(await call(`Bearer ${generateApiKey()}`)).toBe(401);
    expect(await call(`Bearer ${put({ service_account_id: randomUUID() }).key}`)).toBe(401);
    expect(await call(`Bearer ${put({ service_account_id: null }).key}`)).toBe(401);
    expect(await call(`Bearer ${put({ account: randomUUID() }).key}`)).toBe(401);
    expect(await call(`Bearer ${put({ expires: '2020-01-01T00:00:00Z' }).key}`)).toBe(401);
    receiver.keys.remove(id);
    expect(await call(`Bearer ${key}`)).toBe(401);
  });

  it('is not taken on trust: without current knowledge of the keys, 503', async () => {
    const { key } = put();
    receiver.deps.serviceAccounts.isCurrent = () => false;
    expect(await call(`Bearer ${key}`)).toBe(503);
  });
});

describe('behind a proxy', () => {
  it.each([
    [1, '10.0.0.1', 200],
    [1, '203.0.113.9, 10.0.0.1', 200],
    [1, '10.0.0.1, 203.0.113.9', 403],
    [2, '10.0.0.1, 203.0.113.9', 200],
    [2, '10.9.9.9, 203.0.113.9, 198.51.100.1', 403],
  ])('%i of ours, X-Forwarded-For: %s gives %i', async (trustedProxies, forwarded, status) => {
    receiver.deps.trustedProxies = trustedProxies;
    receiver.hook = protectedBy(byAddress('10.0.0.0/8'));
    const answer = await receiver.call({ headers: { 'x-forwarded-for': forwarded } });
    expect(answer.status).toBe(status);
    if (status === 200) expect(captured(receiver.records[0])['remote_address']).toBe('10.0.0.1');
    else {
      // Which it was is told to the webhook's owner, and to nobody else.
      expect(refused(receiver.rejected[0]).error?.message).toMatch(/ It was 203\.0\.113\.9\.$/);
      expect(answer.body).toBe('{"error":"This address is not allowed to call this webhook."}');
    }
  });
});

describe('signatures', () => {
  it('are over the bytes after content-decoding, whatever they would be when written again', async () => {
    receiver.hook = protectedBy(byGithub);
    const odd = '{ "b":1,\n"a" : 1.0 }';
    const headers = { 'x-hub-signature-256': github('k1', odd) };
    expect((await receiver.call({ body: odd, headers })).status).toBe(200);
    expect(
      (await receiver.call({ body: gzipSync(odd), headers: { ...headers, 'content-encoding': 'gzip' } }))
        .status,
    ).toBe(200);
    expect((await receiver.call({ body: JSON.stringify(JSON.parse(odd)), headers })).status).toBe(403);
  });

  it('are over the public URL, not over what the Host header says', async () => {
    receiver.hook = protectedBy({ type: 'signature', preset: 'twilio', secrets: [first] });
    const signed = signRequest('twilio', {
      secret: 'k1',
      url: 'https://tributary.example/hooks/known/a?b=c',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Body=hi&From=%2B1',
    });
    const send = {
      path: '/hooks/known/a?b=c',
      headers: { ...signed.headers, host: 'evil.example' },
      body: signed.body,
    };
    expect((await receiver.call(send)).status).toBe(200);
    expect((await receiver.call({ ...send, path: '/hooks/known/a?b=d' })).status).toBe(403);
  });

  it('that are too old are refused: a captured call cannot be repeated for ever', async () => {
    receiver.hook = protectedBy({ type: 'signature', preset: 'stripe', secrets: [first] });
    const signed = (now: number) =>
      signRequest('stripe', { secret: 'k1', url: 'https://tributary.example/hooks/known', body, now });
    const call = async ({ headers }: ReturnType<typeof signed>): Promise<number> =>
      (await receiver.call({ headers, body })).status;
    expect(await call(signed(Date.now()))).toBe(200);
    expect(await call(signed(Date.now() - 3_600_000))).toBe(403);
    expect(await call(signed(Date.now() + 3_600_000))).toBe(403);
    expect(receiver.rejected.map((record) => refused(record).cause)).toEqual(['timestamp', 'timestamp']);
  });

  const shared = presetNames.filter((name) => !['aws-sns', 'discord', 'sendgrid'].includes(name));
  it.each(shared)('of %s let the signed call in, and no call with another body', async (preset) => {
    const key =
      preset === 'svix' || preset === 'standard-webhooks'
        ? `whsec_${Buffer.from('secret').toString('base64')}`
        : 'k';
    receiver.hook = {
      ...protectedBy({ type: 'signature', preset, secrets: [secret(key)] }),
      maxBodyBytes: 10_000,
    };
    const signed = signRequest(preset, {
      secret: key,
      url: 'https://tributary.example/hooks/known',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const path = signed.url.slice('https://tributary.example'.length);
    const call = (sent: Buffer) => receiver.call({ path, headers: signed.headers, body: sent });
    expect((await call(signed.body)).status).toBe(200);
    const isToken = ['gitlab', 'okta'].includes(preset);
    const forged = Buffer.from(
      signed.body.toString().replace('"a":1', '"a":2').replace('"token":"', '"token":"x'),
    );
    expect((await call(forged)).status).toBe(isToken ? 200 : 403);
  });
});

describe('the credentials that were refused', () => {
  it('are not kept either', async () => {
    receiver.hook = protectedBy(byHeader, byQuery);
    await receiver.call({
      path: '/hooks/known?x=1&token=nearly',
      headers: { 'x-api-key': 'nearly-too' },
      body,
    });
    const [record] = receiver.rejected;
    expect(JSON.stringify(captured(record))).not.toContain('nearly');
    expect(refused(record)).toMatchObject({ query: 'x=1', response: { status: 401 }, body_complete: true });
    expect(record!.value).toEqual(Buffer.from(body));
  });
});

describe('the steps of a call', () => {
  const stepsOf = (record: OutgoingRecord | undefined) =>
    (captured(record)['steps'] as ExecutionStep[]).map(({ name }) => name);

  it('say that credentials were checked, of one that is taken and of one that is refused', async () => {
    receiver.hook = protectedBy(byBearer);
    await receiver.call({ headers: { authorization: 'Bearer k1' } });
    await receiver.call({ headers: { authorization: 'Bearer k3' } });
    expect(stepsOf(receiver.records[0])).toEqual(['receive', 'verify']);
    expect(stepsOf(receiver.rejected[0])).toEqual(['receive', 'verify']);
  });

  it('leave that out where nothing was checked', async () => {
    await receiver.call();
    receiver.hook = protectedBy(byBearer);
    await receiver.call({ method: 'PUT' });
    expect(stepsOf(receiver.records[0])).toEqual(['receive']);
    expect(stepsOf(receiver.rejected[0])).toEqual(['receive']);
  });
});
