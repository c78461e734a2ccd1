import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decrypt, encrypt } from './encryption.ts';
import { EncryptionError } from './errors.ts';
import { createKeyRing } from './key-ring.ts';

const key = () => randomBytes(32).toString('base64');
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof EncryptionError) return error.code;
    throw error;
  }
  return 'none';
};

describe('encryption', () => {
  it('gives back what it was given, in the documented form', () => {
    const ring = createKeyRing(`k1:${key()}`);
    const text = encrypt(ring, 'geheim ☂', 'webhook:1:slug');
    expect(text).toMatch(/^v1\.k1\.[A-Za-z0-9_-]+$/);
    expect(text).not.toContain(Buffer.from('geheim').toString('base64url'));
    expect(decrypt(ring, text, 'webhook:1:slug')).toBe('geheim ☂');
    expect(decrypt(ring, encrypt(ring, '', 'a'), 'a')).toBe('');
  });

  it('never writes the same twice', () => {
    const ring = createKeyRing(`k1:${key()}`);
    expect(encrypt(ring, 's', 'a')).not.toBe(encrypt(ring, 's', 'a'));
  });

  it('encrypts with the first key and decrypts with all', () => {
    const [first, second] = [key(), key()];
    const before = encrypt(createKeyRing(`k0:${first}`), 's', 'a');
    const ring = createKeyRing(`k1:${second}, k0:${first}`);
    expect(decrypt(ring, before, 'a')).toBe('s');
    expect(encrypt(ring, 's', 'a')).toMatch(/^v1\.k1\./);
    expect(codeOf(() => decrypt(createKeyRing(`k1:${second}`), before, 'a'))).toBe('unknown_key');
  });

  it('refuses a secret that was moved or changed, in any byte', () => {
    const ring = createKeyRing(`k1:${key()}`);
    const text = encrypt(ring, 'slug', 'webhook:1:slug');
    expect(codeOf(() => decrypt(ring, text, 'webhook:2:slug'))).toBe('not_authentic');
    const sealed = Buffer.from(text.slice('v1.k1.'.length), 'base64url');
    for (let at = 0; at < sealed.length; at += 1) {
      const forged = Buffer.from(sealed);
      forged[at]! ^= 1;
      expect(codeOf(() => decrypt(ring, `v1.k1.${forged.toString('base64url')}`, 'webhook:1:slug'))).toBe(
        'not_authentic',
      );
    }
    expect(codeOf(() => decrypt(createKeyRing(`k1:${key()}`), text, 'webhook:1:slug'))).toBe('not_authentic');
  });

  it.each(['', 'v1', 'v1.k1.', 'v2.k1.AAAA', 'v1.k1.AAAA', 'v1.k1.$$$$'])(
    'refuses %j as malformed',
    (text) => {
      expect(codeOf(() => decrypt(createKeyRing(`k1:${key()}`), text, 'a'))).toBe('malformed');
    },
  );
});

describe('a key ring', () => {
  it.each([
    ['nothing', ''],
    ['no name', key()],
    ['a short key', `k1:${randomBytes(16).toString('base64')}`],
    ['a long key', `k1:${randomBytes(33).toString('base64')}`],
    ['a repeated name', `k1:${key()},k1:${key()}`],
  ])('refuses %s', (_what, spec) => {
    expect(codeOf(() => createKeyRing(spec))).toBe('invalid_key_ring');
  });

  it('never shows a key in its error', () => {
    const secret = key();
    expect(() => createKeyRing(`k1:${secret},bad name:${secret}`)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret.slice(0, 8)) }),
    );
  });
});
