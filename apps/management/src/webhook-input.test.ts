import { randomBytes, randomUUID } from 'node:crypto';
import { createKeyRing, decrypt } from '@tributary/encryption';
import { describe, expect, it } from '@jest/globals';
import { secretPlace } from '@tributary/event-schemas';
import type { SecretRecord, SettingsRecord } from '@tributary/event-schemas';
import { createEnvironment } from '@tributary/templating';
import { showSettings } from './show-settings.ts';
import { readNewWebhook, readWebhookChange } from './webhook-input.ts';
import type { InputContext } from './webhook-input.ts';

const context: InputContext = {
  webhookId: randomUUID(),
  ring: createKeyRing(`k1:${randomBytes(32).toString('base64')}`),
  now: '2026-01-01T00:00:00Z',
  topicPrefix: 'tributary.',
  templates: createEnvironment(),
};
const create = (settings: object) => readNewWebhook({ name: 'n', template: 't', ...settings }, context);

function made(settings: object = {}): SettingsRecord {
  const input = create(settings);
  if (!input.ok) throw new Error(JSON.stringify(input.errors));
  return input.settings;
}
const change = (body: unknown, before = made({ enabled: false, limits: { max_body_bytes: 5 } })) =>
  readWebhookChange(body, before, {
    ...context,
    now: '2026-02-02T00:00:00Z',
    shown: { slug: 's', ...showSettings(before) },
  });
function changed(body: unknown, before: SettingsRecord): SettingsRecord {
  const result = change(body, before);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.settings;
}
const pointersOf = (result: ReturnType<typeof create>) =>
  result.ok ? [] : result.errors.map(({ pointer }) => pointer);
const textOf = ({ id, encrypted }: SecretRecord) =>
  decrypt(context.ring, encrypted, secretPlace(context.webhookId, id));

describe('a change of a webhook', () => {
  it('keeps what it does not name, inside limits too', () => {
    const before = made({ enabled: false, limits: { max_body_bytes: 5 } });
    expect(change({ name: 'new', limits: { concurrency: null } }, before)).toEqual({
      ok: true,
      settings: { ...before, name: 'new', limits: { ...before.limits, concurrency: null } },
    });
  });

  it('keeps the rest of a response whose mode stays, and none of it when the mode changes', () => {
    const before = made({ response: { mode: 'custom', status: 201, body: 'b', headers: { a: '1' } } });
    expect(changed({ response: { body: 'c', headers: { b: '2' } } }, before).response).toEqual({
      mode: 'custom',
      status: 201,
      content_type: 'text/plain; charset=utf-8',
      body: 'c',
      headers: { b: '2' },
    });
    expect(changed({ response: { mode: 'receipt' } }, before).response).toEqual({ mode: 'receipt' });
  });

  it('keeps the window of a deduplication, and takes it away by null', () => {
    const before = made({ deduplication: { key: 'body.id', window_seconds: 60 } });
    expect(changed({ deduplication: { key: 'body.uid' } }, before).deduplication).toEqual({
      key: 'body.uid',
      window_seconds: 60,
    });
    expect(changed({ deduplication: null }, before).deduplication).toBeNull();
  });

  it('may repeat what the system set', () => {
    expect(change({ slug: 's' }).ok).toBe(true);
    expect(change({ slug: 'other' })).toMatchObject({ ok: false, errors: [{ pointer: '/slug' }] });
  });

  it('tells every fault at once', () => {
    expect(pointersOf(change({ slug: 'other', name: '', 'a/b~c': 1 }))).toEqual([
      '/slug',
      '/name',
      '/a~1b~0c',
    ]);
  });

  it.each([null, 7, 'text', [], [{ name: 'x' }]])('refuses %j', (body) => {
    expect(change(body)).toMatchObject({ ok: false, errors: [{ pointer: '' }] });
  });
});

describe('secrets', () => {
  const protectedBy = (...authentication: object[]) => made({ authentication });
  const basic = { type: 'basic', username: 'u', password: 'p' };
  const keyIn = (name: string, ...keys: unknown[]) => ({ type: 'api_key', in: 'header', name, keys });

  it('are kept encrypted for this webhook, each under an id of its own', () => {
    const settings = protectedBy(basic, { type: 'bearer', keys: ['k1', 'k2'] });
    expect(JSON.stringify(settings)).not.toMatch(/"(p|k1|k2)"/);
    const [first, second] = settings.authentication;
    if (first?.type !== 'basic' || second?.type !== 'bearer') throw new Error('other entries');
    expect(textOf(first.password)).toBe('p');
    expect(second.keys.map(textOf)).toEqual(['k1', 'k2']);
    expect(new Set(second.keys.map(({ id }) => id)).size).toBe(2);
    expect(() =>
      decrypt(context.ring, first.password.encrypted, secretPlace(randomUUID(), first.password.id)),
    ).toThrow();
  });

  it('stay what they are when a webhook is sent back as it was shown', () => {
    const before = made({
      authentication: [
        basic,
        keyIn('x-a', 'k1', 'k2'),
        { type: 'signature', preset: 'github', secrets: ['s'] },
      ],
      handshakes: ['slack', { type: 'meta', verify_token: 'v' }, { type: 'zoom', secret: 'z' }],
    });
    const shown = showSettings(before);
    expect(JSON.stringify(shown)).not.toContain('encrypted');
    expect(shown.authentication[0]).toEqual({
      type: 'basic',
      username: 'u',
      password: { configured: true, id: expect.any(String), set: context.now, last_used: null },
    });
    expect(changed(shown, before)).toEqual(before);
  });

  it('stay what they are when the same text is sent again', () => {
    const authentication = [basic, keyIn('x-a', 'k1', 'k2')];
    const before = protectedBy(...authentication);
    expect(changed({ authentication }, before)).toEqual(before);
    const rotated = changed({ authentication: [keyIn('x-a', 'k2', 'k3')] }, before).authentication[0];
    const known = before.authentication[1];
    if (rotated?.type !== 'api_key' || known?.type !== 'api_key') throw new Error('other entries');
    expect(rotated.keys[0]).toEqual(known.keys[1]);
    expect(rotated.keys[1]).toMatchObject({ set: '2026-02-02T00:00:00Z' });
  });

  it('are kept by what their entry names, wherever it stands', () => {
    const before = protectedBy(keyIn('x-a', 'ka'), keyIn('x-b', 'kb'));
    const after = changed({ authentication: [keyIn('x-b', { configured: true })] }, before);
    expect(after.authentication).toEqual([before.authentication[1]]);
  });

  it('are kept by their id, also when others of the list go', () => {
    const before = protectedBy(keyIn('x-a', 'k1', 'k2'));
    const [entry] = before.authentication;
    if (entry?.type !== 'api_key') throw new Error('another entry');
    const second = entry.keys[1]!;
    const after = changed({ authentication: [keyIn('x-a', { configured: true, id: second.id })] }, before);
    expect(after.authentication).toEqual([{ ...entry, keys: [second] }]);
  });

  it.each<[string, object[], object[], string]>([
    ['is none', [], [keyIn('x-a', { configured: true })], '/authentication/0/keys/0'],
    ['is of another kind', [basic], [keyIn('x-a', { configured: true })], '/authentication/0/keys/0'],
    [
      'is of another webhook',
      [basic],
      [{ ...basic, password: { configured: true, id: randomUUID() } }],
      '/authentication/0/password',
    ],
    [
      'is one too few',
      [keyIn('x-a', 'k')],
      [keyIn('x-a', 'n', { configured: true })],
      '/authentication/0/keys/1',
    ],
  ])('cannot be kept where there %s', (_what, before, after, pointer) => {
    expect(pointersOf(change({ authentication: after }, protectedBy(...before)))).toEqual([pointer]);
  });

  it('may not be given twice', () => {
    expect(pointersOf(create({ authentication: [keyIn('x-a', 'k', 'k')] }))).toEqual([
      '/authentication/0/keys/1',
    ]);
  });
});

describe('a webhook', () => {
  const loop = '{% for i in [1] %}{% endfor %}\n';
  it.each<[string, object]>([
    ['ten loops', { template: loop.repeat(10) }],
    ['a template that is JSON', { template_mode: 'json', template: '{"a": {{ body.a }}}' }],
    ['a filter', { filter: "body.action == 'opened'" }],
    ['routes', { routes: [{ when: 'headers.a', template: '{{ body }}' }] }],
    ['an answer of its own', { response: { mode: 'custom', body: '{{ event.id }}' } }],
    [
      'a schema',
      { schema: { type: 'object', properties: { a: { $ref: '#/$defs/b' } }, $defs: { b: true } } },
    ],
    ['a preset', { authentication: [{ type: 'signature', preset: 'stripe', secrets: ['s'] }] }],
    ['a topic', { topic: 'tributary.team-a' }],
    ['an unordered stream', { ordered: false }],
  ])('may have %s', (_what, settings) => {
    expect(pointersOf(create(settings))).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['more than ten loops', { template: loop.repeat(11) }, '/template'],
    [
      'a loop in a loop in a loop',
      { template: '{% for a in b %}'.repeat(3) + '{% endfor %}'.repeat(3) },
      '/template',
    ],
    ['a filter that is none', { filter: 'body.action ==' }, '/filter'],
    ['two expressions for a filter', { filter: 'a }}{{ b' }, '/filter'],
    ['a statement for a filter', { filter: '{% if a %}' }, '/filter'],
    [
      'a broken condition',
      {
        routes: [
          { when: 'a', template: 't' },
          { when: '(', template: 't' },
        ],
      },
      '/routes/1/when',
    ],
    ['a broken template of a route', { routes: [{ when: 'a', template: '{{' }] }, '/routes/0/template'],
    ['a broken answer', { response: { mode: 'custom', body: '{% if %}' } }, '/response/body'],
    ['a deduplication by nothing', { deduplication: { key: ')' } }, '/deduplication/key'],
    ['a deduplication without order', { ordered: false, deduplication: { key: 'body' } }, '/deduplication'],
    [
      'a preset that does not exist',
      { authentication: [{ type: 'signature', preset: 'x', secrets: ['s'] }] },
      '/authentication/0/preset',
    ],
    [
      'a scheme with an unknown key',
      {
        authentication: [
          {
            type: 'signature',
            scheme: { algorithm: 'hmac-sha256', header: 'x', signed: '{body}', salt: 1 },
            secrets: ['s'],
          },
        ],
      },
      '/authentication/0/scheme/salt',
    ],
    [
      'a scheme that signs nothing',
      {
        authentication: [
          { type: 'signature', scheme: { algorithm: 'hmac-sha256', header: 'x' }, secrets: ['s'] },
        ],
      },
      '/authentication/0/scheme/signed',
    ],
    [
      'no secret',
      { authentication: [{ type: 'signature', preset: 'github', secrets: [] }] },
      '/authentication/0/secrets',
    ],
    [
      'a secret with which nobody could be let in',
      { authentication: [{ type: 'signature', preset: 'discord', secrets: ['no key'] }] },
      '/authentication/0/secrets/0',
    ],
    [
      'a bearer key that no header can hold',
      { authentication: [{ type: 'bearer', keys: ['k', 'two words'] }] },
      '/authentication/0/keys/1',
    ],
    ['an entry of no type', { authentication: [{}] }, '/authentication/0/type'],
    [
      'a handshake without its secret',
      { handshakes: ['slack', { type: 'meta' }] },
      '/handshakes/1/verify_token',
    ],
    ['the name alone of a handshake that takes a secret', { handshakes: ['zoom'] }, '/handshakes/0'],
    ['a handshake that does not exist', { handshakes: ['slick'] }, '/handshakes/0'],
    ['a handshake twice', { handshakes: ['slack', { type: 'slack' }] }, '/handshakes/1'],
    ['a topic elsewhere', { topic: 'team-a' }, '/topic'],
    ['a topic that is but the prefix', { topic: 'tributary.' }, '/topic'],
    ['a topic of the system', { topic: 'tributary.requests' }, '/topic'],
    [
      'a reserved header',
      { response: { mode: 'custom', headers: { Connection: 'x' } } },
      '/response/headers/Connection',
    ],
    [
      'a schema with an unknown type',
      { schema: { properties: { a: { type: 'strnig' } } } },
      '/schema/properties/a/type',
    ],
    ['a NUL deep inside', { schema: { const: [[[[[[['\0']]]]]]] } }, '/schema/const/0/0/0/0/0/0/0'],
  ])('may not have %s', (_what, settings, pointer) => {
    const result = create(settings);
    expect(new Set(pointersOf(result))).toEqual(new Set([pointer]));
    // What a template's author sees is Jinja2's own sentence.
    for (const { detail, line } of result.ok ? [] : result.errors)
      expect(detail).toMatch(line === undefined ? /\.$/ : /./);
  });

  it('is refused with line and column where a template or an expression is wrong', () => {
    for (const settings of [{ template: 'a\n{{ b. }}' }, { filter: 'a ==' }])
      expect(create(settings)).toMatchObject({
        ok: false,
        errors: [{ line: expect.any(Number), column: expect.any(Number) }],
      });
  });

  it('is refused with the nearest names where a filter is unknown', () => {
    expect(create({ template: '{{ body.a|uper }}' })).toMatchObject({
      errors: [
        {
          pointer: '/template',
          detail: "No filter named 'uper'. Did you mean 'upper'?",
          line: 1,
          column: 11,
        },
      ],
    });
  });

  it('may have more loops where the installation allows them', () => {
    const template = '{% for a in b %}'.repeat(3) + '{% endfor %}'.repeat(3);
    const templates = createEnvironment({ limits: { loops: 3, loopDepth: 3 } });
    expect(readNewWebhook({ name: 'n', template }, { ...context, templates }).ok).toBe(true);
    expect(create({ template }).ok).toBe(false);
  });

  it('that is nested without end is refused', () => {
    const deep = JSON.parse('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)) as object;
    expect(create({ schema: deep }).ok).toBe(false);
  });
});
