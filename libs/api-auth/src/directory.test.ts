import { describe, expect, it } from '@jest/globals';
import type { AccessRecord } from '@tributary/event-schemas';
import { generateApiKey, hashApiKey } from './api-key.ts';
import { createApiKeyDirectory } from './directory.ts';

function record(key: string, changes: Partial<AccessRecord> = {}): AccessRecord {
  return {
    id: 'b1f6c7c2-8a53-4f0e-9b0e-0c6d7a5e4f11',
    account: '11111111-1111-4111-8111-111111111111',
    workspace: '22222222-2222-4222-8222-222222222222',
    name: 'test',
    sha256: hashApiKey(key),
    scopes: ['webhooks:read'],
    created: '2026-01-01T00:00:00Z',
    expires: null,
    ...changes,
  };
}

describe('an API key', () => {
  it('is a prefix and 256 random bits', () => {
    expect(generateApiKey()).toMatch(/^tbk_[A-Za-z0-9_-]{43}$/);
    expect(generateApiKey()).not.toBe(generateApiKey());
  });

  it('is stored as SHA-256 in hex', () => {
    // The test vector of FIPS 180-2 for "abc".
    expect(hashApiKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('a directory of API keys', () => {
  it('finds a key until it is removed', () => {
    const directory = createApiKeyDirectory();
    const key = generateApiKey();
    directory.put(record(key));
    expect(directory.find(key)).toEqual(record(key));
    expect(directory.find(generateApiKey())).toBeUndefined();
    directory.remove(record(key).id);
    expect(directory.find(key)).toBeUndefined();
    expect(directory.size).toBe(0);
  });

  it('forgets the old hash when a record of the same id replaces it', () => {
    const directory = createApiKeyDirectory();
    const [before, after] = [generateApiKey(), generateApiKey()];
    directory.put(record(before));
    directory.put(record(after));
    expect(directory.find(before)).toBeUndefined();
    expect(directory.find(after)?.id).toBe(record(after).id);
  });

  it('lets a key expire', () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const directory = createApiKeyDirectory({ now: () => now });
    const key = generateApiKey();
    directory.put(record(key, { expires: '2026-01-01T00:00:01Z' }));
    expect(directory.find(key)).toBeDefined();
    now += 1_000;
    expect(directory.find(key)).toBeUndefined();
  });
});
