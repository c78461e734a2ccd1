import { describe, expect, it } from '@jest/globals';
import { presetNames, presets } from './presets/presets.ts';
import { signatureScheme } from './scheme.ts';
import { isSnsScheme } from './sns.ts';

const base = { algorithm: 'hmac-sha256', header: 'X-Signature', signed: '{body}' };

describe('signatureScheme', () => {
  it('fills in the defaults and writes headers in lower case', () => {
    expect(signatureScheme.parse(base)).toEqual({
      algorithm: 'hmac-sha256',
      encoding: 'hex',
      header: 'x-signature',
      grammar: { signature_prefix: '' },
      signed: ['{body}'],
      timestamp_format: 'seconds',
      tolerance_seconds: 300,
      key_encoding: 'utf8',
    });
  });

  it.each(presetNames)('holds the preset %s', (name) => {
    const { scheme } = presets[name];
    expect(isSnsScheme(scheme) || signatureScheme.safeParse(scheme).success).toBe(true);
  });

  it.each<[string, object, string]>([
    ['no algorithm', { algorithm: undefined }, 'algorithm'],
    ['an algorithm nobody uses any more', { algorithm: 'hmac-md5' }, 'algorithm'],
    ['an unknown key', { headers: 'x' }, ''],
    ['a header that is none', { header: 'a b' }, 'header'],
    ['neither header nor json', { header: undefined }, 'header'],
    ['header and json', { json: '/a' }, 'header'],
    ['a pointer that is none', { header: undefined, json: 'a' }, 'json'],
    ['elements in JSON', { header: undefined, json: '/a', grammar: { separator: ',' } }, 'grammar'],
    ['an unknown separator', { grammar: { separator: 'x' } }, 'grammar.separator'],
    [
      'a timestamp without a separator',
      { grammar: { timestamp_prefix: 't=' }, signed: '{timestamp}{body}' },
      'grammar',
    ],
    ['nothing signed', { signed: undefined }, 'signed'],
    ['an unknown placeholder', { signed: '{bodies}' }, 'signed'],
    ['a constant', { signed: 'constant' }, 'signed'],
    ['a timestamp alone', { signed: '{timestamp}', timestamp_header: 't' }, 'signed'],
    ['a timestamp from nowhere', { signed: '{timestamp}{body}' }, 'timestamp_header'],
    ['a timestamp that is not signed', { timestamp_header: 't' }, 'timestamp_header'],
    [
      'two timestamps',
      { timestamp_header: 't', timestamp_json: '/t', signed: '{timestamp}{body}' },
      'timestamp_header',
    ],
    [
      'a timestamp that one of two patterns leaves out',
      { timestamp_header: 't', signed: ['{timestamp}{body}', '{body}'] },
      'timestamp_header',
    ],
    ['a constant beside a pattern', { signed: ['{body}', 'constant'] }, 'signed'],
    ['an id from nowhere', { signed: '{id}{body}' }, 'id_header'],
    ['an id that is not signed', { id_header: 'x-id' }, 'id_header'],
    ['a tolerance of nothing', { tolerance_seconds: 0 }, 'tolerance_seconds'],
    ['a tolerance of ever', { tolerance_seconds: 86_401 }, 'tolerance_seconds'],
    ['a public key in clear', { algorithm: 'ed25519' }, 'key_encoding'],
    ['a shared secret in PEM', { key_encoding: 'pem' }, 'key_encoding'],
    ['a token that signs', { algorithm: 'token' }, 'signed'],
    [
      'a token in the body',
      { algorithm: 'token', signed: undefined, header: undefined, json: '/t' },
      'header',
    ],
    ['a token in hex', { algorithm: 'token', signed: undefined, key_encoding: 'hex' }, 'key_encoding'],
    [
      'a token with elements',
      { algorithm: 'token', signed: undefined, grammar: { separator: ',' } },
      'algorithm',
    ],
    ['too many patterns', { signed: Array.from({ length: 5 }, () => '{body}') }, 'signed'],
  ])('refuses %s', (_, changes, path) => {
    const result = signatureScheme.safeParse({ ...base, ...changes });
    expect(result.success).toBe(false);
    const paths = result.error!.issues.map((issue) => issue.path.join('.'));
    expect(paths).toContain(path);
  });
});
