import { describe, expect, it } from '@jest/globals';
import { activeWebhook, webhookSettings } from './webhook.ts';

const ID = '0198a0f0-0000-7000-8000-000000000000';
const secret = { id: ID, encrypted: 'v1.k1.x', set: '2026-01-01T00:00:00Z' };
const oldest = {
  name: 'n',
  template: 't',
  id: ID,
  account: ID,
  workspace: ID,
  version: 1,
  created: '2026-01-01T00:00:00Z',
  updated: '2026-01-01T00:00:00Z',
  slug_sha256: 'a'.repeat(64),
  slug_encrypted: 'v1.k1.x',
};

describe('a record of tributary.webhooks', () => {
  it('of an older writer gets the defaults', () => {
    expect(activeWebhook.parse({ ...oldest, limits: { max_body_bytes: 5 } })).toMatchObject({
      response: { mode: 'quiet' },
      authentication: [],
      limits: { max_body_bytes: 5, requests_per_second: 50, concurrency: 100 },
      routes: [],
      filter: null,
      handshakes: [],
    });
  });

  it('of a newer writer loses what is unknown, at every level', () => {
    const later = { later: 1 };
    const record = activeWebhook.parse({
      ...oldest,
      ...later,
      limits: { max_body_bytes: 5, ...later },
      response: { mode: 'sync', ...later },
      routes: [{ when: 'true', template: 't', ...later }],
      authentication: [{ type: 'bearer', keys: [{ ...secret, ...later }], ...later }],
      methods: ['POST', 'QUERY'],
    });
    expect(JSON.stringify(record)).not.toContain('later');
    expect(record.methods).toEqual(['POST']);
    expect(record.authentication).toEqual([{ type: 'bearer', keys: [secret] }]);
  });

  it.each([
    [{ type: 'retina' }],
    [{ type: 'basic', username: 'u' }],
    [{ type: 'signature', secrets: [secret] }],
    [null],
  ])('keeps %j as a protection that lets nobody in', (entry) => {
    expect(activeWebhook.parse({ ...oldest, authentication: [entry] }).authentication).toEqual([
      { type: 'unknown' },
    ]);
  });

  it('with a mode that is unknown is answered as by default', () => {
    expect(activeWebhook.parse({ ...oldest, response: { mode: 'telegram' } }).response).toEqual({
      mode: 'quiet',
    });
  });
});

describe('the settings that a user sends', () => {
  const settings = (changes: object) => webhookSettings.safeParse({ name: 'n', template: 't', ...changes });

  it.each<[string, object]>([
    ['basic authentication', { authentication: [{ type: 'basic', username: 'u', password: 'p' }] }],
    ['keys in the query', { authentication: [{ type: 'api_key', in: 'query', name: 'a b', keys: ['k'] }] }],
    ['a preset', { authentication: [{ type: 'signature', preset: 'github', secrets: ['s', 's2'] }] }],
    ['a scheme', { authentication: [{ type: 'signature', scheme: { header: 'x' }, secrets: ['s'] }] }],
    [
      'networks and addresses',
      { authentication: [{ type: 'ip_allow_list', cidrs: ['10.0.0.0/8', '::1', '2001:db8::/32'] }] },
    ],
    [
      'a secret that stays',
      { authentication: [{ type: 'bearer', keys: [{ configured: true }, { configured: true, id: ID }] }] },
    ],
    ['handshakes', { handshakes: ['slack', { type: 'meta', verify_token: 'v' }] }],
    ['a handshake turned off', { handshakes: [{ type: 'event-grid', enabled: false }] }],
    ['no limits', { limits: { requests_per_second: null, concurrency: null } }],
    [
      'an answer',
      { response: { mode: 'custom', status: 201, headers: { 'X-A': 'b c' }, body: '{{ body }}' } },
    ],
    ['a schema', { schema: { type: 'object' } }],
  ])('may have %s', (_what, changes) => {
    expect(settings(changes).error?.issues).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['an unknown field', { retention: 1 }, ''],
    ['an unknown limit', { limits: { bytes: 1 } }, 'limits'],
    [
      'a colon in a user name',
      { authentication: [{ type: 'basic', username: 'a:b', password: 'p' }] },
      'authentication.0.username',
    ],
    [
      'a header that is none',
      { authentication: [{ type: 'api_key', in: 'header', name: 'a b', keys: ['k'] }] },
      'authentication.0.name',
    ],
    ['an empty secret', { authentication: [{ type: 'bearer', keys: [''] }] }, 'authentication.0.keys.0'],
    ['no keys', { authentication: [{ type: 'bearer', keys: [] }] }, 'authentication.0.keys'],
    [
      'neither preset nor scheme',
      { authentication: [{ type: 'signature', secrets: ['s'] }] },
      'authentication.0.preset',
    ],
    [
      'a network that is none',
      { authentication: [{ type: 'ip_allow_list', cidrs: ['10.0.0.0/33'] }] },
      'authentication.0.cidrs.0',
    ],
    [
      'a header that frames',
      { response: { mode: 'custom', headers: { 'Content-Length': '1' } } },
      'response.headers.Content-Length',
    ],
    [
      'a header with a line break',
      { response: { mode: 'custom', headers: { a: 'b\r\nc: d' } } },
      'response.headers.a',
    ],
    ['an informational status', { response: { mode: 'custom', status: 103 } }, 'response.status'],
    ['a body for a mode without', { response: { mode: 'receipt', body: 'x' } }, 'response'],
    ['a topic that Kafka refuses', { topic: 'a b' }, 'topic'],
    ['a rate of nothing', { limits: { requests_per_second: 0 } }, 'limits.requests_per_second'],
  ])('may not have %s', (_what, changes, path) => {
    expect(settings(changes).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
