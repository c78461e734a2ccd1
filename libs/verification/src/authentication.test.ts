import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../test/a-request.ts';
import { prepareAuthentication } from './authentication.ts';
import type { AuthenticationEntry } from './authentication.ts';

const one = { id: 'id-1', value: 'k1' };
const two = { id: 'id-2', value: 'k2' };
const verify = (entry: AuthenticationEntry, request: Parameters<typeof aRequest>[0]) =>
  prepareAuthentication([entry]).verify(aRequest(request));

const accepted = (id: string) => ({ ok: true, used: [id] });
const missing = expect.objectContaining({ ok: false, status: 401, cause: 'credentials_missing' });
const wrong = expect.objectContaining({ ok: false, status: 401, cause: 'credentials' });

describe('basic', () => {
  const entry: AuthenticationEntry = {
    type: 'basic',
    username: 'ü:',
    password: { id: 'id-1', value: 'p:w' },
  };
  const plain: AuthenticationEntry = { type: 'basic', username: 'u', password: { id: 'id-1', value: 'p:w' } };
  const encode = (text: string) => Buffer.from(text).toString('base64');

  it.each([
    [`Basic ${encode('u:p:w')}`, accepted('id-1')],
    [`bAsIc  ${encode('u:p:w')}  `, accepted('id-1')],
    [`Basic ${encode('u:p:w').replaceAll('=', '')}`, accepted('id-1')],
    [`Basic ${encode('u:p:W')}`, wrong],
    [`Basic ${encode('v:p:w')}`, wrong],
    [`Basic ${encode('u:')}`, wrong],
    [`Basic ${encode('u')}`, wrong],
    [`Basic ?${encode('u:p:w')}`, wrong],
    [`Bearer ${encode('u:p:w')}`, missing],
    ['Basic', missing],
    ['', missing],
  ])('%s', (authorization, verdict) => {
    expect(verify(plain, { headers: { authorization } })).toEqual(verdict);
  });

  it('reads UTF-8, misses what is missing, and believes no second header', () => {
    expect(verify(entry, { headers: { Authorization: `Basic ${encode('ü::p:w')}` } })).toEqual(
      accepted('id-1'),
    );
    expect(verify(plain, {})).toEqual(missing);
    const header: [string, string] = ['Authorization', `Basic ${encode('u:p:w')}`];
    expect(verify(plain, { headers: [header, header] })).toEqual(wrong);
  });
});

describe('bearer', () => {
  const entry: AuthenticationEntry = { type: 'bearer', keys: [one, two] };

  it.each([
    ['Bearer k1', accepted('id-1')],
    ['bearer   k2 ', accepted('id-2')],
    ['Bearer k3', wrong],
    ['Bearer k', wrong],
    ['Bearer k1 k2', missing],
    ['Bearer', missing],
    ['k1', missing],
  ])('%s', (authorization, verdict) => {
    expect(verify(entry, { headers: { authorization } })).toEqual(verdict);
  });

  it('misses what is missing', () => {
    expect(verify(entry, {})).toEqual(missing);
  });
});

describe('api_key', () => {
  const header: AuthenticationEntry = { type: 'api_key', in: 'header', name: 'X-Api-Key', keys: [one, two] };
  const query: AuthenticationEntry = {
    type: 'api_key',
    in: 'query',
    name: 'key',
    keys: [one, { id: 'id-3', value: 'ä b' }],
  };

  it.each<[AuthenticationEntry, Parameters<typeof aRequest>[0], unknown]>([
    [header, { headers: { 'x-API-key': 'k2' } }, accepted('id-2')],
    [header, { headers: { 'x-api-key': 'K2' } }, wrong],
    [header, { headers: { 'x-api-key': '' } }, missing],
    [header, { headers: { authorization: 'k2' } }, missing],
    [
      header,
      {
        headers: [
          ['x-api-key', 'k1'],
          ['X-API-KEY', 'k1'],
        ],
      },
      wrong,
    ],
    [query, { query: 'a=1&key=k1' }, accepted('id-1')],
    [query, { query: 'key=%C3%A4+b' }, accepted('id-3')],
    [query, { query: '?key=k1' }, missing],
    [query, { query: 'key=k2' }, wrong],
    [query, { query: 'key=k1&key=k1' }, wrong],
    [query, { query: 'Key=k1' }, missing],
    [query, {}, missing],
  ])('%j with %j', (entry, request, verdict) => {
    expect(verify(entry, request)).toEqual(verdict);
  });
});

describe('prepareAuthentication', () => {
  it('lets everybody in when there are no entries, whatever they show', () => {
    const prepared = prepareAuthentication([]);
    expect(prepared.verify(aRequest({ headers: { authorization: 'Bearer x' } }))).toEqual({
      ok: true,
      used: [],
    });
    expect(prepared.checkAddress('unknown')).toBeUndefined();
  });

  it('asks every entry, answers with the first refusal, and counts every secret', () => {
    const prepared = prepareAuthentication([
      { type: 'bearer', keys: [one] },
      { type: 'api_key', in: 'query', name: 'key', keys: [two] },
    ]);
    const bearer = { authorization: 'Bearer k1' };
    expect(prepared.verify(aRequest({ headers: bearer, query: 'key=k2' }))).toEqual({
      ok: true,
      used: ['id-1', 'id-2'],
    });
    expect(prepared.verify(aRequest({ headers: bearer }))).toMatchObject({ message: 'The key is missing.' });
    expect(prepared.verify(aRequest({ query: 'key=k2' }))).toMatchObject({
      message: 'The bearer key is missing.',
    });
  });

  it('checks addresses apart', () => {
    const prepared = prepareAuthentication([
      { type: 'ip_allow_list', cidrs: ['10.0.0.0/8'] },
      { type: 'ip_allow_list', cidrs: ['10.1.0.0/16'] },
    ]);
    expect(prepared.verify(aRequest())).toEqual({ ok: true, used: [] });
    expect(prepared.checkAddress('10.1.0.1')).toBeUndefined();
    expect(prepared.checkAddress('10.2.0.1')).toMatchObject({ status: 403, cause: 'address' });
  });

  it('names what holds credentials: tokens, but no signatures', () => {
    const prepared = prepareAuthentication([
      { type: 'api_key', in: 'header', name: 'X-Api-Key', keys: [one] },
      { type: 'api_key', in: 'query', name: 'Key', keys: [one] },
      { type: 'signature', preset: 'gitlab', secrets: [one] },
      { type: 'signature', preset: 'github', secrets: [one] },
    ]);
    expect(prepared.credentialHeaders).toEqual(new Set(['authorization', 'x-api-key', 'x-gitlab-token']));
    expect(prepared.credentialQuery).toEqual(new Set(['Key']));
    expect(prepareAuthentication([]).credentialHeaders).toEqual(new Set(['authorization']));
  });

  const show = {
    headers: { authorization: 'Bearer k1', 'x-gitlab-token': 'k1', undefined: 'k1', 'x-api-key': 'k1' },
    query: 'undefined=k1&key=k1&key',
  };
  it.each<[string, unknown]>([
    ['an unknown type', { type: 'retina_scan' }],
    ['what a reader did not understand', { type: 'unknown' }],
    ['no type', {}],
    ['null', null],
    ['a text', 'bearer'],
    ['an unknown preset', { type: 'signature', preset: 'acme', secrets: [one] }],
    ['a preset of the prototype', { type: 'signature', preset: 'constructor', secrets: [one] }],
    ['no preset', { type: 'signature', secrets: [one] }],
    ['a broken scheme', { type: 'signature', scheme: { algorithm: 'token' }, secrets: [one] }],
    [
      'a scheme with an unknown key',
      {
        type: 'signature',
        scheme: { algorithm: 'token', header: 'x-gitlab-token', also: 1 },
        secrets: [one],
      },
    ],
    [
      'a scheme that only presets may have',
      {
        type: 'signature',
        scheme: { algorithm: 'sns', signed: {}, digests: {}, tolerance_seconds: 1 },
        secrets: [one],
      },
    ],
    ['a preset without secrets', { type: 'signature', preset: 'gitlab', secrets: [] }],
    ['no secrets', { type: 'signature', preset: 'gitlab' }],
    ['an empty secret', { type: 'signature', preset: 'gitlab', secrets: [{ id: 'x', value: '' }] }],
    ['no keys', { type: 'bearer', keys: [] }],
    ['missing keys', { type: 'bearer' }],
    ['a key that is no text', { type: 'bearer', keys: [{ id: 'x' }] }],
    ['a key without a name', { type: 'api_key', in: 'header', keys: [one] }],
    ['a key without a query name', { type: 'api_key', in: 'query', keys: [one] }],
    ['a key in the body', { type: 'api_key', in: 'body', name: 'key', keys: [one] }],
    ['no password', { type: 'basic', username: 'u' }],
    ['no user name', { type: 'basic', password: one }],
  ])('refuses everything over %s', (_, entry) => {
    const prepared = prepareAuthentication([entry as AuthenticationEntry]);
    expect(prepared.verify(aRequest(show))).toMatchObject({ ok: false });
    const basic = { authorization: `Basic ${Buffer.from('undefined:k1').toString('base64')}` };
    expect(prepared.verify(aRequest({ headers: basic }))).toMatchObject({ ok: false });
  });

  it.each<[unknown]>([[undefined], [null], ['10.0.0.0/8'], [[1]], [['nonsense']]])(
    'refuses every address over %j',
    (cidrs) => {
      const entry = { type: 'ip_allow_list', cidrs } as AuthenticationEntry;
      expect(prepareAuthentication([entry]).checkAddress('10.0.0.1')).toMatchObject({ status: 403 });
    },
  );

  it('refuses everything over entries that are no list', () => {
    const prepared = prepareAuthentication(undefined as never);
    expect(prepared.verify(aRequest(show))).toMatchObject({ ok: false });
  });

  it.each<[AuthenticationEntry, string]>([
    [{ type: 'bearer', keys: [{ id: 'x', value: '' }] }, 'Bearer k1'],
    [{ type: 'basic', username: 'u', password: { id: 'x', value: '' } }, 'Basic dTo='],
    [{ type: 'api_key', in: 'header', name: 'authorization', keys: [{ id: 'x', value: '' }] }, 'k1'],
    [{ type: 'signature', preset: 'okta', secrets: [{ id: 'x', value: '' }] }, 'k1'],
    [{ type: 'signature', preset: 'nobody', secrets: [one] }, 'k1'],
  ])('says that %j has to be mended, where not the caller is at fault', (entry, authorization) => {
    expect(verify(entry, { headers: { authorization } })).toMatchObject({
      ok: false,
      status: 401,
      message: expect.stringContaining('has to be mended'),
    });
  });

  it('tells nobody its secrets', () => {
    const prepared = prepareAuthentication([{ type: 'bearer', keys: [{ id: 'x', value: 'geheim' }] }]);
    expect(
      JSON.stringify(prepared.verify(aRequest({ headers: { authorization: 'Bearer x' } }))),
    ).not.toContain('geheim');
  });
});
