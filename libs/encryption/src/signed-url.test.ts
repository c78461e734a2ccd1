import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createKeyRing } from './key-ring.ts';
import { isResponseSignature, signResponseUrl } from './signed-url.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';
const EXPIRES = 1_800_000_000;
const now = EXPIRES * 1_000 - 1;
const key = () => randomBytes(32).toString('base64');
const ring = createKeyRing(`k1:${Buffer.alloc(32, 1).toString('base64')}`);
const signed = signResponseUrl(ring, ID, EXPIRES);

describe("the signature of an answer's URL", () => {
  it('is the HMAC that another tool computes', () => {
    // Python: hmac of "<id>.1800000000" under HKDF-SHA256(ikm=b"\1"*32, salt=b"", info, 32), by hmac and hashlib alone.
    expect(signed).toEqual({
      expires: EXPIRES,
      signature: '53dZGEWo9pBWRYtc6msCXhNwiv3Ky2OgN7M19WZPSnk',
    });
  });

  it('holds until it expires', () => {
    expect(isResponseSignature(ring, ID, { ...signed, now })).toBe(true);
    expect(isResponseSignature(ring, ID, { ...signed, now: now + 1 })).toBe(false);
  });

  it('holds while its key is in the ring', () => {
    const [first, second] = [key(), key()];
    const before = signResponseUrl(createKeyRing(`k0:${first}`), ID, EXPIRES);
    expect(isResponseSignature(createKeyRing(`k1:${second},k0:${first}`), ID, { ...before, now })).toBe(true);
    expect(isResponseSignature(createKeyRing(`k1:${second}`), ID, { ...before, now })).toBe(false);
  });

  it.each([
    ['another execution', ID.replace('1', '2'), signed],
    ['a later end', ID, { ...signed, expires: EXPIRES + 1 }],
    ['an end that is no number', ID, { ...signed, expires: NaN }],
    ['an endless one', ID, { ...signed, expires: Infinity }],
    ['an empty signature', ID, { ...signed, signature: '' }],
    ['a shorter signature', ID, { ...signed, signature: signed.signature.slice(0, 20) }],
    ['another signature', ID, { ...signed, signature: `A${signed.signature.slice(1)}` }],
  ])('is refused for %s', (_what, id, given) => {
    expect(isResponseSignature(ring, id, { ...given, now })).toBe(false);
  });
});
